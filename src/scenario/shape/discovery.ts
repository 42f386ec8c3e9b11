/** How callers come to know of a service's pods: they are told, or they resolve its name. */
import { z } from "zod";
import type { DnsClientSpec, DnsSpec } from "../../model/mesh/mesh-spec.js";
import { oneOf, seconds, show } from "../../policy/fields.js";
import { parseDuration } from "../../units.js";
import { duration, oneKeyOf } from "../fields.js";

/** CoreDNS' plugin for Kubernetes gives its records so much. */
const COREDNS_TTL = 5;

const CLIENTS = 'expected ttl, forever, a duration like "30s" or a map with onFailure';

const client = z.union(
  [
    z
      .string()
      .meta({ examples: ["ttl", "30s", "forever"] })
      .transform((given, context): DnsClientSpec => {
        if (given === "ttl") return { kind: "ttl" };
        const time = given === "forever" ? Infinity : parseDuration(given);
        if (!Number.isNaN(time)) return { kind: "time", time };
        context.addIssue({ code: "custom", message: `${CLIENTS}, got ${show(given)}` });
        return z.NEVER;
      }),
    oneKeyOf({
      onFailure: duration()
        .transform((least): DnsClientSpec => ({ kind: "failure", least }))
        .meta({
          description:
            "It is connected to all pods of an answer, and asks again when one goes, at most once in so long.",
        }),
    }),
  ],
  { error: (issue) => `${CLIENTS}, got ${show(issue.input)}` },
);

const dnsMap = z.strictObject({
  ttl: seconds()
    .optional()
    .meta({ description: `For how long an answer is good. Default: the mesh's, or ${COREDNS_TTL}s, CoreDNS' own.` }),
  cache: oneOf("none", "node", "cluster").optional().meta({
    description:
      "Who keeps answers on the way to callers and hands on what is left of their time: nobody, each node, or one for all. Default: the mesh's, or none.",
  }),
  client: client.optional().meta({
    description:
      "How long callers keep an answer: as long as it is good (ttl), for a time of their own (0s: they ask each time), forever, or until a pod goes. Default: the mesh's, or ttl.",
  }),
});

export const discovery = z.strictObject({
  checkInterval: seconds().optional().meta({
    description:
      "Pods are checked once in so long, as by Consul: that one is ready, or fails, is seen by its next check. 0s: at once.",
  }),
  watch: seconds()
    .optional()
    .meta({ description: "From a pod's readiness, or its end, until the control plane sees it." }),
  quiet: seconds().optional().meta({ description: "A push waits until nothing has changed for so long." }),
  longest: seconds().optional().meta({ description: "But no longer than this after the first change." }),
  push: seconds().optional().meta({ description: "From a push until proxies know." }),
  dns: z
    .union([z.literal("none"), dnsMap], { error: (issue) => `expected none or a map, got ${show(issue.input)}` })
    .optional()
    .meta({
      description: "Callers resolve the service's name, and know what the answer says. Default: the mesh's, or none.",
    }),
});

/** Whose answers callers have; undefined: they are told. */
export function dnsOf(given: z.output<typeof discovery>["dns"], usual: DnsSpec | undefined): DnsSpec | undefined {
  if (given === "none") return undefined;
  if (given === undefined) return usual;
  return {
    ttl: given.ttl ?? usual?.ttl ?? COREDNS_TTL,
    cache: given.cache ?? usual?.cache ?? "none",
    client: given.client ?? usual?.client ?? { kind: "ttl" },
  };
}
