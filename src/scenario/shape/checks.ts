/** What a service says of those who are asked before its calls come to the application. */
import { z } from "zod";
import type { CheckSpec } from "../../model/calls/check-spec.js";
import { oneOf } from "../../policy/fields.js";
import { duration, target } from "../fields.js";

const check = z
  .strictObject({
    call: target().meta({ description: "The endpoint that is asked, as service/endpoint." }),
    // Envoy's default of ext_authz; that of its rate limit filter is 20 ms.
    timeout: duration().prefault("200ms").meta({ description: "Without an answer by then the check has failed." }),
    whenFailing: oneOf("deny", "allow").prefault("deny").meta({
      description: "What becomes of a call whose check fails; one that the check answers with an error is denied.",
    }),
  })
  .meta({ id: "Check" });

export const checkFields = {
  checks: z.array(check).optional().meta({
    description:
      "What its pods' proxies ask other services, one after another, before a call comes to the application and takes a worker. Default: nothing.",
  }),
};

export const checksOf = (checks: z.output<(typeof checkFields)["checks"]>): readonly CheckSpec[] =>
  (checks ?? []).map(({ call, timeout, whenFailing }) => ({ ...call, timeout, open: whenFailing === "allow" }));
