/** The section `network`, what calls weigh, and the faults of what lies between services and zones. */
import { z } from "zod";
import type { FaultKind } from "../../model/faults/spec.js";
import { type Between, type NetworkSpec, type PayloadSpec, plainNetwork } from "../../model/network/network-spec.js";
import { list, memory, oneOf, record, show } from "../../policy/fields.js";
import { checked, law, name, notNegative, share, speed } from "../fields.js";

const BYTES_PER_MIB = 2 ** 20;

const two = (what: string) =>
  list(name()).refine((names) => names.length <= 2 && new Set(names).size === names.length, {
    error: (issue) => `expected one or two different ${what}, got ${show(issue.input)}`,
  });

const pair = record({
  between: list(name())
    .refine((names) => names.length === 2 && names[0] !== names[1], {
      error: (issue) => `expected two zones, got ${show(issue.input)}`,
    })
    .meta({ description: "Two zones, either way." }),
  latency: law.meta({ description: "Instead of crossZone." }),
});

const zones = record({
  sameZone: law.prefault("0s").meta({ description: "Each way between pods of one zone, beside the hop." }),
  crossZone: law.prefault("0s").meta({ description: "Each way between pods of two zones, beside the hop." }),
  pairs: z
    .array(pair, { error: (issue) => `expected a list of pairs of zones, got ${show(issue.input)}` })
    .prefault([])
    .meta({ description: "Zones that are nearer or farther than the others." }),
  usdPerGB: notNegative()
    .prefault(0.01)
    .meta({ description: "For what leaves a zone for another, and as much for what enters. Default: as AWS." }),
});

export const networkFields = {
  bandwidth: speed()
    .optional()
    .meta({ description: "How fast a message's bytes pass, each message for itself. Default: at once." }),
  zones: zones.optional().meta({
    description: "How far zones are from each other. Callers then know which pod they call before a call sets out.",
  }),
};

export type Network = z.output<z.ZodObject<typeof networkFields>>;

export function networkOf({ bandwidth, zones }: Network): NetworkSpec {
  if (bandwidth === undefined && zones === undefined) return plainNetwork;
  const pairs = zones?.pairs.map(({ between: [one, other], latency }) => ({ between: [one, other] as const, latency }));
  return {
    zones: zones && { ...zones, pairs: pairs! },
    bytesPerSecond: bandwidth === undefined ? Infinity : bandwidth * BYTES_PER_MIB,
  };
}

export const payload = record({
  request: memory().prefault("0Ki").meta({ description: "A call to it." }),
  response: memory().prefault("0Ki").meta({ description: "Its answer." }),
})
  .transform(
    ({ request, response }): PayloadSpec => ({ request: request * BYTES_PER_MIB, response: response * BYTES_PER_MIB }),
  )
  .prefault({})
  .meta({ description: "How much a call and its answer weigh, for bandwidth and for traffic between zones." });

const disturbance = checked(
  record({
    services: two("services").optional().meta({
      description: "Between two services, or between one and all who call it or whom it calls.",
    }),
    zones: two("zones").optional().meta({ description: "Between two zones, or between one and all others." }),
    delay: law.optional().meta({ description: "Each message takes so much longer, either way." }),
    loss: share().prefault("0%").meta({ description: "Of all messages; they are sent again, as TCP does it." }),
    partition: oneOf("drops", "refuses").optional().meta({
      description: "No message comes through: none is answered for, or callers are turned away at once.",
    }),
  }),
  ({ services, zones, delay, loss, partition }, say) => {
    if (services !== undefined && zones !== undefined) say(["zones"], "expected either services or zones, got both");
    if (delay === undefined && loss === 0 && partition === undefined)
      say([], "expected delay, loss or partition, got none");
    if ((partition !== undefined || loss === 1) && services === undefined && zones === undefined)
      say([], "expected services or zones, got none: a partition of all from all leaves no system to look at");
  },
).transform(
  ({ services, zones, delay, loss, partition }): FaultKind => ({
    kind: "network",
    between: betweenOf(services, zones),
    delay,
    loss: partition === "drops" ? 1 : loss,
    refuses: partition === "refuses",
  }),
);

type Ends = readonly [string] | readonly [string, string];
function betweenOf(services: readonly string[] | undefined, zones: readonly string[] | undefined): Between {
  if (services !== undefined) return { services: services as unknown as Ends };
  return zones === undefined ? "all" : { zones: zones as unknown as Ends };
}

const dns = record({
  services: list(name()).optional().meta({ description: "Whose names are not found. Default: of all services." }),
  share: share().prefault("100%").meta({ description: "Of calls: those whose caller has to ask for the name." }),
  after: law.prefault("0s").meta({ description: "How long it takes until the call fails." }),
}).transform(({ services = [], ...rest }): FaultKind => ({ kind: "dns", services, ...rest }));

export const networkFaults = {
  network: disturbance.optional().meta({ description: "Messages are late, lost or refused." }),
  dns: dns.optional().meta({ description: "Names of services are not found." }),
};
