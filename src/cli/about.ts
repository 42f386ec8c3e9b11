/** What this program is, from the package's own description. */
import { readFileSync } from "node:fs";

interface Package {
  readonly version: string;
  readonly description: string;
  readonly bugs?: { readonly url: string };
}

// Read and not imported: an import would have to lie below dist/.
const { version, description, bugs } = JSON.parse(
  readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
) as Package;

export const about = { version, description, bugs: bugs?.url };
