/** The field `health` of a service: how its callers' proxies find out by themselves which pods are well. */
import { z } from "zod";
import type { HealthSpec } from "../../model/mesh/mesh-spec.js";
import { checked, duration, wholeFrom } from "../fields.js";

const passive = z.strictObject({
  failures: wholeFrom(1).prefault(1).meta({ description: "So many leave a pod alone: nginx's max_fails." }),
  timeout: checked(duration(), (value, say) => {
    if (!Number.isInteger(value)) say([], `expected whole seconds, for nginx counts in those, got ${value} s`);
  })
    .prefault("10s")
    .meta({ description: "Within so long, and for so long: nginx's fail_timeout." }),
});

const active = z.strictObject({
  interval: duration().prefault("2s").meta({ description: "Between two checks of a pod: HAProxy's inter." }),
  fall: wholeFrom(1).prefault(3).meta({ description: "Bad answers in a row until it is left out." }),
  rise: wholeFrom(1).prefault(2).meta({ description: "Good ones in a row until it is called again." }),
});

const both = checked(
  z.strictObject({
    passive: passive.optional().meta({ description: "By the calls that fail, as nginx. Default: not." }),
    active: active.optional().meta({ description: "By asking, as HAProxy. Default: not." }),
  }),
  (given, say) => {
    if (given.passive === undefined && given.active === undefined)
      say([], "expected passive, active or both, got none");
  },
);

export const healthFields = {
  health: both.optional().meta({
    description: "Callers' proxies find out by themselves which pods are well, each for itself. Default: they do not.",
  }),
};

export const healthOf = (given: z.output<typeof both> | undefined): HealthSpec | undefined =>
  given && { passive: given.passive, active: given.active };
