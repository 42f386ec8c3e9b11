/** One Job with its pods: what its controller sees of them. */
import { Job, type JobLook } from "../../controllers/job/job.js";
import type { JobPod } from "../../controllers/job/pods.js";
import type { Seconds } from "../../units.js";
import { NONE, Phase, type PodId, type State } from "../state.js";
import type { Background } from "./background.js";
import type { JobTemplate } from "./background-spec.js";

export type PodEnd = "well" | "badly" | "disrupted";

/** The exit code of a container that was told to stop and did not: 128 and the number of the signal. */
const KILLED = 137;

/** A pod by a number of its own, since rows are used again. */
interface Numbered {
  readonly id: number;
  readonly index: number | undefined;
}

export class JobRun {
  /** Its pods that have not ended. */
  readonly pods = new Map<PodId, Numbered>();
  /** The pending look of its controller, or NONE, and when it comes. */
  event: number = NONE;
  due: Seconds = Infinity;
  /** Pods there were at the last look, and those that had failed. */
  there = 0;
  failed = 0;
  /** Pods there ever were. */
  made = 0;
  /** The last condition, once it has come, and when. */
  end: { readonly well: boolean; readonly reason: string; readonly at: Seconds } | undefined;
  private readonly job: Job;
  private readonly parallelism: number;
  private readonly exitCode: number;
  /** Pods that have ended since the last look. */
  private ended: JobPod[] = [];

  constructor(
    readonly background: Background,
    readonly name: string,
    readonly createdAt: Seconds,
    template: JobTemplate,
  ) {
    this.job = new Job(template);
    this.parallelism = template.parallelism;
    this.exitCode = template.exitCode ?? 1;
  }

  look(state: State): JobLook {
    const there = [...this.pods].map(([pod, about]) => seenAs(state, pod, about));
    const look = this.job.sync({ parallelism: this.parallelism, pods: [...there, ...this.ended] }, state.sim.now);
    this.ended = [];
    this.failed = look.failed;
    const last = look.conditions.find(({ type }) => type === "Complete" || type === "Failed");
    if (last !== undefined) this.end ??= { well: last.type === "Complete", reason: last.reason, at: state.sim.now };
    return look;
  }

  add(pod: PodId, index: number | undefined): void {
    this.pods.set(pod, { id: this.made++, index });
  }

  /** The pods that a look deletes. */
  byId(ids: readonly number[]): readonly PodId[] {
    return [...this.pods].filter(([, { id }]) => ids.includes(id)).map(([pod]) => pod);
  }

  /** A pod's process has ended, or the pod was thrown off its node, which is a failure with a condition of its own. */
  ends(pod: PodId, how: PodEnd, state: State): void {
    const seen = seenAs(state, pod, this.pods.get(pod)!);
    this.pods.delete(pod);
    const phase = how === "well" ? "Succeeded" : "Failed";
    const about = { phase, ready: false, finishedAt: state.sim.now } as const;
    const code = how === "well" ? 0 : how === "badly" ? this.exitCode : KILLED;
    const conditions = how === "disrupted" ? { conditions: [{ type: "DisruptionTarget", status: "True" }] } : {};
    this.ended.push({ ...seen, ...about, exitCodes: { [this.background.spec.name]: code }, ...conditions });
  }
}

function seenAs({ pods }: State, pod: PodId, { id, index }: Numbered): JobPod {
  const ready = pods.phase[pod] === Phase.Ready;
  return {
    id,
    phase: pods.phase[pod] < Phase.Starting ? "Pending" : "Running",
    placed: pods.node[pod] !== NONE,
    ready,
    createdAt: pods.createdAt[pod],
    ...(ready ? { readySince: pods.readySince[pod] } : {}),
    ...(index === undefined ? {} : { index }),
  };
}
