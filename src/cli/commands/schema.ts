/** What a scenario file may contain, for editors. */
import { jsonSchema } from "../../scenario/schema.js";
import type { Command } from "../command.js";
import { Exit } from "../exit.js";

export const schema: Command = {
  name: "schema",
  says: "Prints the JSON Schema of scenario files, by which editors complete and check them",
  arguments: [],
  flags: {},
  examples: [["schema > dryscale.schema.json", "then init's first line finds it"]],
  async act(_given, voice) {
    voice.result(JSON.stringify(jsonSchema(), null, 2));
    return Exit.Done;
  },
};
