import type { Definition } from "../define.js";
import type { Sizer } from "../sizer-contract.js";
import { none } from "./none.js";
import { vpa } from "./vpa.js";

/** Every sizer that a scenario can name. To add one: a file beside this, and a line here. */
export const sizers: readonly Definition<Sizer>[] = [none, vpa];
