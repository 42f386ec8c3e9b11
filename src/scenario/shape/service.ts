/** The section `services`: what each service is made of and what its endpoints do. */
import { z } from "zod";
import { FIRST_FAILING_STATUS } from "../../model/routes/virtual-host.js";
import type { Step } from "../../model/spec.js";
import { memory, oneOf, seconds, show } from "../../policy/fields.js";
import {
  above0,
  checked,
  cpuSize,
  DEFAULT_CPU,
  DEFAULT_MEMORY,
  duration,
  law,
  memorySize,
  name,
  oneKeyOf,
  orUnlimited,
  share,
  target,
  turns,
  wholeFrom,
} from "../fields.js";
import { admissionFields } from "./admission.js";
import { asynchronousSteps, shareFields } from "./async.js";
import { checkFields } from "./checks.js";
import { lifecycleFields } from "./lifecycle.js";
import { meshFields } from "./mesh.js";
import { payload } from "./network.js";
import { placingFields } from "./placing.js";
import { policyFields } from "./policy.js";
import { routeFields } from "./route.js";
import { strategy, workloadFields } from "./workload.js";

export const steps: z.ZodType<readonly Step[]> = z
  .lazy(() => z.union([z.array(step), step.transform((only) => [only])], { error: stepsExpected }))
  .meta({ id: "Steps", description: "One step, or a list of steps done one after another." });

const stepsExpected = (issue: { readonly input?: unknown }): string =>
  `expected a step like {cpu: 5ms} or a list of steps, got ${show(issue.input)}`;

const option = z.strictObject({
  probability: share().meta({ description: "How likely." }),
  steps: steps.meta({ description: "What is done then." }),
});

const branches = z
  .array(steps, { error: (issue) => `expected a list of branches, got ${show(issue.input)}` })
  .min(1, { error: "expected at least one branch, got none" });

const step: z.ZodType<Step> = oneKeyOf({
  cpu: law
    .transform((work): Step => ({ kind: "cpu", work }))
    .meta({ description: "Work for a core: time of one core at full speed." }),
  wait: law
    .transform((time): Step => ({ kind: "wait", time }))
    .meta({ description: "Time that passes without a core: a disk, a lock, somebody else's service." }),
  call: target()
    .transform((to): Step => ({ kind: "call", ...to }))
    .meta({ description: "Calls service/endpoint and waits for its answer." }),
  abort: checked(wholeFrom(FIRST_FAILING_STATUS), (status, say) => {
    if (status > 599) say([], `expected a status from ${FIRST_FAILING_STATUS} to 599, got ${status}`);
  })
    .transform((): Step => ({ kind: "abort" }))
    .meta({ description: "Answers with this status, which is a failure, here and now." }),
  parallel: branches
    .transform((all): Step => ({ kind: "parallel", branches: all }))
    .meta({ description: "All branches at once; goes on when the last is done." }),
  quorum: checked(
    z.strictObject({
      need: wholeFrom(1).meta({ description: "So many must end well." }),
      branches: branches.meta({ description: "What is begun at once." }),
    }),
    (given, say) => {
      const { length } = given.branches;
      if (given.need > length) say(["need"], `expected at most the number of branches (${length}), got ${given.need}`);
    },
  )
    .transform((given): Step => ({ kind: "parallel", ...given }))
    .meta({ description: "All branches at once; goes on when enough are done, and the others stop." }),
  maybe: option
    .transform((only): Step => ({ kind: "choose", options: [only] }))
    .meta({ description: "The steps with a probability." }),
  choose: checked(z.array(option).min(1, { error: "expected at least one option, got none" }), (options, say) => {
    const sum = options.reduce((total, { probability }) => total + probability, 0);
    if (sum > 1 + 1e-9)
      say([], `expected probabilities of at most 100% together, got ${Number((100 * sum).toPrecision(6))}%`);
  })
    .transform((options): Step => ({ kind: "choose", options }))
    .meta({ description: "One of the options, or none with the probability that is left." }),
  repeat: z
    .strictObject({
      times: turns.meta({ description: "How often." }),
      steps: steps.meta({ description: "What is repeated." }),
    })
    .transform((again): Step => ({ kind: "repeat", ...again }))
    .meta({ description: "The steps several times, one after another." }),
  ...asynchronousSteps(steps),
}).meta({ id: "Step" }) as unknown as z.ZodType<Step>;

const calls = (least: number) => orUnlimited(wholeFrom(least));
const concurrencyMap = z.strictObject({
  limit: calls(1).prefault("unlimited").meta({ description: "Workers of a pod: calls it handles at once." }),
  queue: calls(0).prefault("unlimited").meta({
    description: "Calls that may wait for a worker, per pod (in all when they wait at the service); more are refused.",
  }),
  holds: oneOf("call", "work").prefault("call").meta({
    description:
      "What a worker is held for: a whole call, as a thread is, or each piece of CPU work, as in an event loop.",
  }),
  waitsAt: oneOf("pod", "service").prefault("pod").meta({
    description: "Where calls wait: in the pod they were sent to, or at the service until any pod has a worker free.",
  }),
  patience: law
    .optional()
    .meta({ description: "A call that has waited so long for a worker or a pod gives up. Default: it never does." }),
});
const concurrency = z.union(
  [
    calls(1).transform((limit) => concurrencyMap.parse({ limit: limit === Infinity ? "unlimited" : limit })),
    concurrencyMap,
  ],
  {
    error: (issue) => `expected a number of calls or a map with limit and queue, got ${show(issue.input)}`,
  },
);

/** The way to a service; a service may replace parts of what `network` says. */
export const networkHop = z.strictObject({
  latency: law.prefault("0.5ms").meta({ description: "The way there." }),
  reply: law.prefault("0s").meta({ description: "The way back." }),
  proxy: z
    .strictObject({
      latency: law.prefault("0s").meta({ description: "What a proxy (sidecar) before the pod adds to each call." }),
      cpu: seconds().prefault("0s").meta({ description: "CPU time of the proxy for each call, charged to the pod." }),
    })
    .prefault({})
    .meta({ description: "A proxy before each pod." }),
});
const serviceHop = z.strictObject({
  latency: law.optional().meta({ description: "The way there." }),
  reply: law.optional().meta({ description: "The way back." }),
  proxy: z
    .strictObject({
      latency: law.optional().meta({ description: "What a proxy (sidecar) before the pod adds to each call." }),
      cpu: seconds().optional().meta({ description: "CPU time of the proxy for each call, charged to the pod." }),
    })
    .optional()
    .meta({ description: "A proxy before each pod." }),
});

/** The period of the quota; undefined for fluid. */
const cpuModel = z.union(
  [
    oneOf("fluid", "cfs").transform((word): { readonly period: number | undefined } => ({
      period: word === "fluid" ? undefined : 0.1,
    })),
    z
      .strictObject({ cfs: duration().meta({ description: "The kernel's period; upstream's default is 100 ms." }) })
      .transform(({ cfs }): { readonly period: number | undefined } => ({ period: cfs })),
  ],
  { error: (issue) => `expected fluid, cfs or a period like { cfs: 20ms }, got ${show(issue.input)}` },
);

/** What a policy may change of a service; the service itself says it by the same fields. */
export const sized = {
  replicas: wholeFrom(0).optional().meta({ description: "Pods at the start. Default: the scaler's min, or 1." }),
  cpu: cpuSize.optional().meta({
    description: `CPU of a pod: the request, or request and limit. Default: ${DEFAULT_CPU}, without a limit.`,
  }),
  memory: memorySize.optional().meta({
    description: `Memory of a pod: the request, or request and limit. Default: ${DEFAULT_MEMORY}, without a limit.`,
  }),
  cpuModel: cpuModel.optional().meta({
    description:
      "What a CPU limit means: a speed (fluid, the default), or a quota of each period as the kernel's CFS enforces it (cfs: 100ms).",
  }),
  scaler: policyFields.scaler
    .optional()
    .meta({ description: "How many replicas: the policy's name, or a map with use and its fields. Default: none." }),
  sizer: policyFields.sizer.optional().meta({
    description: "How big a pod is: the policy's name, or a map with use and its fields. Default: as its service says.",
  }),
  balancer: policyFields.balancer
    .optional()
    .meta({ description: "Which pod takes a call. Default: random, as kube-proxy does it." }),
  strategy: strategy
    .optional()
    .meta({ description: "How rollouts replace pods. Default: RollingUpdate, 25% too many, 25% missing." }),
};

export const service = z
  .strictObject({
    ...sized,
    weights: z
      .array(above0(), { error: (issue) => `expected a list of numbers above 0, got ${show(issue.input)}` })
      .min(1, { error: "expected at least one weight, got none" })
      .prefault([1])
      .meta({
        description: "What pods are worth to balancers that weigh, the first, the second … and from the start again.",
      }),
    image: memory().prefault("100Mi").meta({ description: "Size of the container image; pulled once per node." }),
    startup: law.prefault("2s").meta({ description: "From the container's start until it could answer." }),
    ...lifecycleFields,
    ...routeFields,
    ...meshFields,
    ...admissionFields,
    ...checkFields,
    ...shareFields,
    ...workloadFields,
    ...placingFields,
    grace: seconds()
      .prefault("30s")
      .meta({ description: "How long a draining pod may finish its calls before it is killed." }),
    concurrency: concurrency.prefault("unlimited").meta({ description: "How many calls a pod takes on at once." }),
    payload,
    hop: serviceHop.prefault({}).meta({ description: "The way to this service, where it differs from network.hop." }),
    deploymentFactor: above0()
      .prefault(1)
      .meta({ description: "What deploying a container adds to its demand: D in C = Σ Cᵢ·Dᵢ." }),
    executionFactor: above0()
      .prefault(1)
      .meta({ description: "What executing a task adds to its demand: E in A = Σ Aᵢ·Eᵢ." }),
    endpoints: checked(z.record(name(), steps), (endpoints, say) => {
      if (Object.keys(endpoints).length === 0) say([], "expected at least one endpoint, got none");
    }).meta({ description: "What the service can be asked for, by name, and what it does then." }),
  })
  .meta({ description: "One service: pods of one kind behind one name." });
export type Service = z.output<typeof service>;
