import type { CallId, State } from "../state.js";
import type { Meant } from "./admission-spec.js";

/** Which calls a limit is for, looked up by their endpoint and the class of their headers. */
export class Selection {
  private readonly calls: State["calls"];
  private readonly classes: number;
  /** By endpoint, then by class; undefined: for all. */
  private readonly fits: Uint8Array | undefined;

  constructor({ calls, endpoints, program }: State, { endpoint, headers }: Meant) {
    const { classes } = program.routes;
    const wanted = Object.entries(headers);
    this.calls = calls;
    this.classes = classes.length;
    if (endpoint === undefined && wanted.length === 0) return;
    this.fits = Uint8Array.from(
      endpoints.flatMap(({ name }) =>
        classes.map((given) =>
          Number((endpoint ?? name) === name && wanted.every(([header, value]) => given[header] === value)),
        ),
      ),
    );
  }

  has(call: CallId): boolean {
    if (this.fits === undefined) return true;
    const { endpoint, headers } = this.calls;
    return this.fits[endpoint[call] * this.classes + (this.classes > 1 ? headers[call] : 0)] === 1;
  }
}
