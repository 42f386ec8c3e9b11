/** What a policy may change of how a service is called and how its pods go: resilience, connections and hooks are compared, too. */
import { z } from "zod";
import { seconds } from "../../policy/fields.js";
import { admissionFields } from "./admission.js";
import { meshFields } from "./mesh.js";
import { cancels, routeFields } from "./route.js";
import type { Service } from "./service.js";

const { timeout, retries, hedge } = routeFields;

export const behaviourFields = {
  timeout,
  retries,
  hedge,
  cancels: cancels.optional().meta({ description: "Another word on whether calls that nobody waits for stop." }),
  ...meshFields,
  ...admissionFields,
  preStop: seconds()
    .optional()
    .meta({ description: "Another time that the hook runs before a container is told to stop." }),
};

const together = z.strictObject(behaviourFields);

/** A service as a policy has it: what the policy says in place of the service's own word. */
export function withBehaviour(service: Service, said: z.output<typeof together>): Service {
  const names = (Object.keys(behaviourFields) as (keyof typeof behaviourFields)[]).filter(
    (name) => said[name] !== undefined,
  );
  return { ...service, ...Object.fromEntries(names.map((name) => [name, said[name]])) };
}
