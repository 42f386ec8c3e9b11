/** Which services refuse calls to protect themselves. */
import type { DecisionLog } from "../decisions.js";
import type { State } from "../state.js";
import { Admission, type Roads } from "./admission.js";
import { CallerAdmission } from "./caller-admission.js";

export function admitServices(state: State, roads: Roads, log: DecisionLog): void {
  for (const service of state.services) {
    const { admission: spec } = service.spec;
    if (spec === undefined) continue;
    const { successRate } = spec;
    if (successRate?.at === "caller") service.callerAdmission = new CallerAdmission(state, service, successRate);
    service.admission = new Admission(state, service, spec, roads, log);
  }
}
