/** Whether calls of a world may be aborted at all: where none can, nobody is told how many were. */
import type { Step, WorldSpec } from "./spec.js";

export const mayAbort = ({ services, background, routes }: WorldSpec): boolean =>
  routes.length > 0 ||
  services.some(({ endpoints }) => endpoints.some(({ steps }) => steps.some(aborts))) ||
  background.some(({ steps }) => steps.some(aborts));

function aborts(step: Step): boolean {
  switch (step.kind) {
    case "abort":
      return true;
    case "parallel":
      return step.branches.some((branch) => branch.some(aborts));
    case "choose":
      return step.options.some(({ steps }) => steps.some(aborts));
    case "repeat":
      return step.steps.some(aborts);
    default:
      return false;
  }
}
