import type { Scaler } from "../contract.js";
import type { Definition } from "../define.js";
import { azureAutoscale } from "./azure-autoscale.js";
import { gceAutoscaler } from "./gce-autoscaler.js";
import { hpa } from "./hpa.js";
import { keda } from "./keda.js";
import { knative } from "./knative.js";
import { none } from "./none.js";
import { perRequest } from "./per-request.js";
import { predictiveScaling } from "./predictive-scaling.js";
import { scheduledScaling } from "./scheduled-scaling.js";
import { simpleScaling, stepScaling } from "./step-scaling.js";
import { targetTracking } from "./target-tracking.js";
import { timetable } from "./timetable.js";

/** Every scaler that a scenario can name, from the simplest on. To add one: a file beside this, and a line here. */
export const scalers: readonly Definition<Scaler>[] = [
  none,
  timetable,
  hpa,
  targetTracking,
  perRequest,
  keda,
  knative,
  stepScaling,
  simpleScaling,
  scheduledScaling,
  predictiveScaling,
  gceAutoscaler,
  azureAutoscale,
];
