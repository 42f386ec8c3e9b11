import type { Scaler } from "../contract.js";
import type { Definition } from "../define.js";
import { hpa } from "./hpa.js";
import { knative } from "./knative.js";
import { none } from "./none.js";
import { perRequest } from "./per-request.js";
import { targetTracking } from "./target-tracking.js";
import { timetable } from "./timetable.js";

/** Every scaler that a scenario can name, from the simplest on. To add one: a file beside this, and a line here. */
export const scalers: readonly Definition<Scaler>[] = [none, timetable, hpa, targetTracking, perRequest, knative];
