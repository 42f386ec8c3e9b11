import { IntList } from "../kernel/int-list.js";
import type { Balancer, Scaler } from "../policy/contract.js";
import type { Resources } from "../policy/sizer-contract.js";
import type { Seconds } from "../units.js";
import type { Admission } from "./admission/admission.js";
import type { CallerAdmission } from "./admission/caller-admission.js";
import { isPlain } from "./calls/route.js";
import type { Gateway } from "./calls/upstream.js";
import { isDedicated } from "./cpu/dedicated.js";
import { usableCores } from "./cpu/usable-cores.js";
import type { Links } from "./mesh/links.js";
import type { PassSpec } from "./mesh/mesh-spec.js";
import type { ServiceSpec } from "./spec.js";
import { NONE, type PodId, type ServiceId } from "./state.js";
import type { Background } from "./workloads/background.js";
import type { Revision } from "./workloads/workload.js";

/** What a pod is one of. */
export type Owner = Service | Background;

/** A queue as its consumer's measures see it. */
export interface Inbox {
  /** Messages that are neither acknowledged nor dead. */
  backlog(): number;
  /** How long ago the first in line was published; 0 when none waits. */
  oldest(): Seconds;
}

/** Few things are objects, many things are rows: services are few, pods and calls are many. */
export class Service {
  readonly limit: number;
  readonly queueLimit: number;
  readonly holdsCall: boolean;
  /** Calls to it have timeouts, tries again or hedges, or their callers may refuse them. */
  readonly routed: boolean;
  /** Others are asked before a call comes to the application. */
  readonly checked: boolean;
  /** Calls that nobody waits for any longer stop; but those that have begun go on. */
  readonly cancels: boolean;
  readonly finishes: boolean;
  readonly waitsAtService: boolean;
  /** See dedicated.ts. */
  readonly dedicated: boolean;
  /** CPU seconds of the proxies on the way of a call, beside its caller and beside its pod, and what of them is those pods' own. */
  readonly callerWork: Seconds;
  readonly callerBilled: Seconds;
  readonly podWork: Seconds;
  readonly podBilled: Seconds;
  /** There are any. */
  readonly proxies: boolean;
  /** What a pod of the template's size can use of CPU at most; its request where nothing limits it. */
  readonly coresPerPod: number;
  resources: Resources;
  /** What its pods were, are and will be; the first is as the spec says. */
  readonly revisions: readonly Revision[];
  readonly members = new IntList();
  readonly ready = new IntList();
  balancer!: Balancer;
  upstream!: Gateway;
  /** Its callers' proxies, where they have some. */
  links: Links | undefined;
  /** What its pods refuse, and what its callers' proxies refuse for it. */
  admission: Admission | undefined;
  callerAdmission: CallerAdmission | undefined;
  scaler: Scaler | undefined;
  wakes = false;
  /** Its balancer learns from answers. */
  learns = false;
  activator = false;
  /** Queues that its pods take messages from. */
  readonly inboxes: Inbox[] = [];
  replicas = 0;
  created = 0;
  draining = 0;
  /** Of pods that come in a brown-out of all of them; see Pods. */
  slowdown = 1;
  failing = 0;
  /** Outages of its metrics that there are now. */
  unmeasured = 0;
  /** Containers that have ended and been started again since time 0. */
  restarts = 0;
  /** Calls that wait at the service, for a pod or for a worker of any. */
  head: number = NONE;
  tail: number = NONE;
  waiting = 0;
  // Counts since time 0, for the books; see recorder.ts for what is measured.
  arrived = 0;
  ended = 0;
  /** Behind an activator: seconds that calls have spent here until `countedAt`. */
  callSeconds = 0;
  countedAt = 0;
  /** CPU seconds of pods that are gone. */
  usedByGone = 0;
  // Sums of seconds since the measures began.
  queueing = 0;
  startingUp = 0;
  work = 0;
  working = 0;
  waited = 0;
  network = 0;
  /** CPU seconds of proxies for calls to it. */
  proxied = 0;
  // Calls that ended since the measures began, and those of them that were refused or killed here.
  measured = 0;
  measuredRefused = 0;
  measuredKilled = 0;

  constructor(
    readonly id: ServiceId,
    readonly spec: ServiceSpec,
    /** Laws of its hop, or NONE for what takes no time. */
    readonly hopLaw: number,
    readonly replyLaw: number,
    readonly passLaws: readonly number[],
    /** Of how long calls wait for a worker before they give up, or NONE. */
    readonly patienceLaw: number,
    /** Of the time between two tries, or NONE where it is Envoy's. */
    readonly backOffLaw: number,
    /** Of the time to open a connection, or NONE where that takes none. */
    readonly connectLaw: number,
    /** Machines may become slower while work is under way. */
    uneven: boolean,
  ) {
    const { concurrency, size, cpuLimitMillicores, imageMiB, startup, lifecycle, workload } = spec;
    const first = { image: 0, imageMiB, startup, crashAfter: lifecycle.crashAfter, workTimes: 1 };
    this.revisions = [first, ...workload.revisions];
    this.limit = concurrency.limit;
    this.queueLimit = concurrency.queue;
    this.holdsCall = concurrency.holds === "call";
    this.waitsAtService = concurrency.waitsAt === "service";
    this.dedicated = isDedicated(spec, uneven);
    this.checked = spec.checks.length > 0;
    this.cancels = spec.route.cancels !== false;
    this.finishes = spec.route.cancels === "waiting";
    this.routed = !isPlain(spec.route) || spec.admission?.successRate?.at === "caller";
    const work = (at: PassSpec["at"], charged?: PassSpec["charged"]): Seconds =>
      spec.hop.passes
        .filter((pass) => pass.at === at && (charged === undefined || pass.charged === charged))
        .reduce((sum, { cpu }) => sum + cpu, 0);
    this.callerWork = work("caller");
    this.callerBilled = work("caller", "pod");
    this.podWork = work("pod");
    this.podBilled = work("pod", "pod");
    this.proxies = spec.hop.passes.length > 0;
    this.coresPerPod = usableCores(concurrency.limit, cpuLimitMillicores / 1000, size.cpuMillicores);
    this.resources = spec;
  }

  /** A pod is among those that take calls from now on. */
  podReady(pod: PodId): void {
    this.upstream.version++;
    this.links?.endpoints.ready(pod);
  }

  /** A pod is no longer among those that take calls. */
  podUnready(pod: PodId): void {
    this.balancer.forget?.(pod);
    this.upstream.version++;
    this.links?.endpoints.unready(pod);
  }

  /** The number of calls here is about to change: what they have spent here until now is added up. */
  private count(now: number): void {
    this.callSeconds += (this.arrived - this.ended) * (now - this.countedAt);
    this.countedAt = now;
  }

  come(now: number): void {
    if (this.activator) this.count(now);
    this.arrived++;
  }

  go(now: number): void {
    if (this.activator) this.count(now);
    this.ended++;
    this.measured++;
  }

  /** Ends the warm-up: sums of seconds begin again, counts for the books do not. */
  restartMeasures(): void {
    this.queueing = this.startingUp = this.work = this.working = this.waited = this.network = this.proxied = 0;
    this.measured = this.measuredRefused = this.measuredKilled = 0;
    if (this.admission !== undefined) this.admission.shed = 0;
    if (this.callerAdmission !== undefined) this.callerAdmission.shed = 0;
  }
}
