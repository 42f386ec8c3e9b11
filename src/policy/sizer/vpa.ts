/**
 * The Vertical Pod Autoscaler for one service: its recommender is fed with what the metrics server says of the pods, the
 * admission controller makes new pods by the recommendation, the updater evicts old ones or resizes them in place.
 *
 * The controllers are in controllers/vpa/. Memory is recommended only where it is measured. Not modelled: several
 * containers, checkpoints, limit ranges.
 */
import { recommendedFor, resized } from "../../controllers/vpa/admission.js";
import { Recommender, type RecommenderSpec } from "../../controllers/vpa/cluster.js";
import type { ContainerState, Recommendations } from "../../controllers/vpa/priority.js";
import type { Amounts, Recommendation } from "../../controllers/vpa/recommender.js";
import { type UpdatablePod, Updater } from "../../controllers/vpa/updater.js";
import type { Seconds } from "../../units.js";
import type { Reason } from "../contract.js";
import { defineSizer } from "../define.js";
import type { Resources, SizeAnswer, SizeChange, SizedPod, Sizer, SizerView } from "../sizer-contract.js";
import { bytes, checkBounds, policiesOf, vpaFields } from "./vpa-fields.js";

/** Every pod has one container. */
const CONTAINER = "app";
const CONTROLLER = "its ReplicaSet";

type Found = Recommendation & { readonly samples: number };

export const vpa = defineSizer({
  name: "vpa",
  summary: "Kubernetes' VerticalPodAutoscaler: requests by percentiles of the usage, with a margin.",
  fields: vpaFields,
  resources: ({ updateMode, controlledResources }) => (updateMode === "Off" ? [] : controlledResources),
  create({ recommender: flags, updater: thresholds, interval, updateMode, minReplicas, ...rest }): Sizer {
    checkBounds(rest);
    const policies = policiesOf(CONTAINER, rest);
    const spec: RecommenderSpec = {
      ...flags,
      policies,
      maxAllowed: {},
      safetyMarginFraction: flags.safetyMargin,
      podMinCpuMillicores: flags.podMinCpu,
      podMinMemoryMb: flags.podMinMemory,
      memoryAggregationInterval: flags.memoryInterval,
      memoryHistogramDecayHalfLife: flags.memoryHalfLife,
      cpuHistogramDecayHalfLife: flags.cpuHalfLife,
      oomMinBumpUpBytes: bytes(flags.oomMinBumpUp),
      roundCpuMillicores: 1,
      roundMemoryBytes: 1,
    };
    const { evictionTolerance, evictionRateLimit = -1, ...others } = thresholds;
    const about = { ...others, evictionRateLimit, tolerance: evictionTolerance, minReplicas, updateMode, policies };
    const updater = new Updater(about);
    const samples = new Samples(spec);
    let told = "";
    let present: Resources;
    const answer = (view: SizerView): SizeAnswer => {
      present = view.template;
      samples.take(view.pods);
      const found = samples.found();
      if (found === undefined) return { resources: view.template, rule: "no samples yet", quiet: true };
      const containers = [containerOf(view.template, view.template)];
      const recommended = recommendedFor(containers, { [CONTAINER]: found }, policies);
      const applied = updateMode !== "Off";
      const resources = applied
        ? resourcesWith(view.template, resized(containers, recommended, policies))
        : view.template;
      present = resources;
      const target = JSON.stringify(recommended[CONTAINER].target);
      const known = target === told;
      told = target;
      const rule = applied ? "recommendation for new pods" : "recommendation, not applied in mode Off";
      return { resources, rule, why: { trail: trailOf(found) }, ...(known ? { quiet: true } : {}) };
    };
    return {
      period: interval,
      sizeOfNew: answer,
      *changes({ now, replicas, pods }): Generator<SizeChange, void, boolean> {
        const found = samples.found();
        if (found === undefined) return;
        const byName = new Map(pods.map((pod) => [podName(pod), pod]));
        const recommended = ({ containers }: UpdatablePod): Recommendations =>
          recommendedFor(containers, { [CONTAINER]: found }, policies);
        const wishes = updater.loop({
          now,
          recommended,
          replicas: { [CONTROLLER]: replicas },
          pods: pods.map(updatable),
        });
        for (let wish = wishes.next(); !wish.done; ) {
          const { what, wait, reason, priority, containers, pod: asked } = wish.value;
          const pod = byName.get(asked.name)!;
          const resources = what === "resize" ? resourcesWith(pod.resources, containers) : present;
          const seen = { resourceDiff: priority.resourceDiff };
          wish = wishes.next(yield { what, pod: pod.id, resources, wait, rule: reason, seen });
        }
      },
    };
  },
});

const podName = ({ id }: SizedPod): string => `pod-${id}`;

/** What came of the pods, as the recommender takes it in. */
class Samples {
  private readonly recommender: Recommender;
  private known = new Set<string>();
  private measuresMemory = false;
  /** When each pod's latest kill for memory was, of those that the recommender knows of. */
  private readonly killedAt = new Map<string, Seconds>();

  constructor(spec: RecommenderSpec) {
    this.recommender = new Recommender(spec);
  }

  take(pods: readonly SizedPod[]): void {
    const present = new Set(pods.map(podName));
    for (const name of this.known) {
      if (present.has(name)) continue;
      this.recommender.removePod(name);
      this.killedAt.delete(name);
    }
    this.known = present;
    for (const pod of pods) this.takePod(pod);
  }

  /** Undefined until there is a sample. */
  found(): Found | undefined {
    const found = this.recommender.recommendations().get(CONTAINER);
    if (found === undefined || found.samples === 0) return undefined;
    return this.measuresMemory ? found : withoutMemory(found);
  }

  private takePod(pod: SizedPod): void {
    const { outOfMemory, sampledAt } = pod;
    this.recommender.addPod(podName(pod), "", [CONTAINER]);
    const usage = this.recommender.container(podName(pod), CONTAINER)!;
    if (!Number.isNaN(sampledAt) && !Number.isNaN(pod.cpuMillicores)) {
      usage.addCpu(wholeMillicores(pod.cpuMillicores), sampledAt);
      if (!Number.isNaN(pod.memoryMiB)) {
        this.measuresMemory = true;
        usage.addMemory(bytes(pod.memoryMiB), sampledAt);
      }
    }
    if (outOfMemory === undefined || this.killedAt.get(podName(pod)) === outOfMemory.at) return;
    this.killedAt.set(podName(pod), outOfMemory.at);
    usage.recordOom(bytes(pod.actual.size.memoryMiB), outOfMemory.at);
  }
}

function withoutMemory({ samples, ...amounts }: Found): Found {
  const only = ({ cpu }: Amounts): Amounts => (cpu === undefined ? {} : { cpu });
  return {
    samples,
    target: only(amounts.target),
    lowerBound: only(amounts.lowerBound),
    upperBound: only(amounts.upperBound),
    uncappedTarget: only(amounts.uncappedTarget),
  };
}

/** Usage comes as whole nanocores and is read in millicores, which rounds up. */
const wholeMillicores = (use: number): number => Math.ceil(Math.round(use * 1e6) / 1e6);

function containerOf(asked: Resources, actual: Resources): ContainerState {
  const requests = ({ size }: Resources): Amounts => ({
    cpu: Math.ceil(size.cpuMillicores),
    memory: bytes(size.memoryMiB),
  });
  return {
    name: CONTAINER,
    requests: requests(asked),
    actual: requests(actual),
    limits: {
      ...(asked.cpuLimitMillicores < Infinity ? { cpu: Math.ceil(asked.cpuLimitMillicores) } : {}),
      ...(asked.memoryLimitMiB < Infinity ? { memory: bytes(asked.memoryLimitMiB) } : {}),
    },
  };
}

function updatable(pod: SizedPod): UpdatablePod {
  const { startedAt, outOfMemory, pending, resize } = pod;
  const container = containerOf(pod.resources, pod.actual);
  const ended =
    outOfMemory === undefined
      ? {}
      : { ended: { reason: "OOMKilled", startedAt: outOfMemory.startedAt, finishedAt: outOfMemory.at } };
  return {
    name: podName(pod),
    controller: CONTROLLER,
    pending,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    resize,
    containers: [{ ...container, ...ended }],
  };
}

/** Resources with those of the container in their place. */
function resourcesWith(before: Resources, containers: ReturnType<typeof resized>): Resources {
  const { requests = {}, limits = {} } = containers[CONTAINER] ?? {};
  return {
    size: {
      cpuMillicores: requests.cpu ?? before.size.cpuMillicores,
      memoryMiB: requests.memory === undefined ? before.size.memoryMiB : requests.memory / 2 ** 20,
    },
    cpuLimitMillicores: limits.cpu ?? before.cpuLimitMillicores,
    memoryLimitMiB: limits.memory === undefined ? before.memoryLimitMiB : limits.memory / 2 ** 20,
  };
}

/** The recommendation as `dryscale why` tells it. */
function trailOf({ target, lowerBound, upperBound, samples }: Found): readonly Reason[] {
  const line = (what: string, of: (amounts: Amounts) => number | undefined): readonly Reason[] => {
    const amount = of(target);
    if (amount === undefined) return [];
    return [{ what, seen: { target: amount, lowerBound: of(lowerBound)!, upperBound: of(upperBound)!, samples } }];
  };
  const inMebibytes = ({ memory }: Amounts) => (memory === undefined ? undefined : Math.round(memory / 2 ** 20));
  return [...line("cpu in millicores", ({ cpu }) => cpu), ...line("memory in MiB", inMebibytes)];
}
