/**
 * What a pod goes through on its node: mounts, init containers, start, probes, and what ends its container
 * again and again. Tells the fleet when a container ends; the fleet alone changes phases.
 *
 * A liveness probe is a call of its own: it fails when, at its timeout, a call that came before it still
 * waits for a worker, for then it waits as well. Not modelled: the second or so until the kubelet notices
 * that a container has ended, and the jitter of its loops.
 */
import { type BackOff, nextStart } from "../../controllers/kubelet/back-off.js";
import { type ComingUp, comingUp, type Probe } from "../../controllers/kubelet/probes.js";
import { type Distribution, Draws } from "../../kernel/distributions.js";
import { RequestChance } from "../../kernel/request-chance.js";
import type { EventKind } from "../../kernel/simulation.js";
import type { Seconds } from "../../units.js";
import type { Owner } from "../service.js";
import { NONE, type PodId, type State } from "../state.js";
import type { Revision } from "../workloads/workload.js";

/** What the kubelet keeps of a pod whose container may end. */
interface Life {
  backOff: BackOff | undefined;
  restarts: number;
  /** Failed liveness probes in a row, and when the present one was sent. */
  strikes: number;
  sentAt: Seconds;
  crash: number;
  probe: number;
}

export class StartUp {
  private readonly chance: RequestChance;
  /** A pod's own times, whenever it starts: of its start by service, and of what else takes time. */
  private readonly draws: Draws;
  private readonly laws: Distribution[];
  private readonly lives = new Map<PodId, Life>();
  private readonly crashed: EventKind<PodId>;
  private readonly probing: EventKind<PodId>;
  private readonly probed: EventKind<PodId>;

  constructor(
    private readonly state: State,
    /** A container has ended. */
    private readonly ended: (pod: PodId, reason: string) => void,
  ) {
    const { sim, owners, seed } = state;
    this.chance = new RequestChance(seed, "pods");
    this.laws = owners.flatMap(({ spec: { lifecycle }, revisions }) => [
      lifecycle.attach,
      ...lifecycle.before,
      ...revisions.flatMap(({ startup, crashAfter }) => [startup, ...(crashAfter === undefined ? [] : [crashAfter])]),
    ]);
    this.draws = new Draws(this.laws, this.chance);
    this.crashed = sim.event("container.crashed", (pod: PodId) => {
      this.lives.get(pod)!.crash = NONE;
      this.ended(pod, "Error: the container ended");
    });
    this.probing = sim.event("liveness.sent", (pod: PodId) => {
      const life = this.lives.get(pod)!;
      life.sentAt = sim.now;
      life.probe = sim.after(this.livenessOf(pod).timeout, this.probed, pod);
    });
    this.probed = sim.event("liveness.due", (pod: PodId) => this.judge(pod));
  }

  /** From its place on a node until the image may be pulled: the kubelet sees it; volumes, ConfigMaps and Secrets. */
  mounting(pod: PodId): Seconds {
    const { attach, configuredAt } = this.specOf(pod).lifecycle;
    const { sim, spec } = this.state;
    const { informerDelay } = spec.controllers;
    return informerDelay + Math.max(this.draw(pod, attach, ATTACH), configuredAt - informerDelay - sim.now, 0);
  }

  /** Init containers and sidecars, one after another. */
  before(pod: PodId): Seconds {
    return this.specOf(pod).lifecycle.before.reduce((sum, law, i) => sum + this.draw(pod, law, BEFORE + i), 0);
  }

  /** The container starts: when is the pod ready, or given up? */
  comingUp(pod: PodId): ComingUp {
    const { readiness, lifecycle } = this.specOf(pod);
    const { startup } = this.revisionOf(pod);
    const restarts = this.lives.get(pod)?.restarts ?? 0;
    const up = this.draw(pod, startup, STARTUP + this.ownerOf(pod).id + AGAIN * restarts);
    return comingUp({ startup: lifecycle.startupProbe, readiness, liveness: lifecycle.liveness }, up);
  }

  /** The container runs: from now on it may crash. */
  running(pod: PodId): void {
    const { crashAfter } = this.revisionOf(pod);
    if (crashAfter === undefined) return;
    const life = this.lifeOf(pod);
    life.crash = this.state.sim.after(this.draw(pod, crashAfter, CRASH + life.restarts), this.crashed, pod);
  }

  /** The pod is ready: from now on its liveness depends on its load. */
  serving(pod: PodId): void {
    const { liveness } = this.specOf(pod).lifecycle;
    if (liveness === undefined || this.ownerOf(pod).limit === Infinity) return;
    const { sim, pods } = this.state;
    const { initialDelay, period } = liveness;
    const age = sim.now - pods.startedAt[pod];
    const first = initialDelay + Math.ceil(Math.max(0, age - initialDelay) / period) * period;
    const life = this.lifeOf(pod);
    life.strikes = 0;
    life.probe = sim.at(Math.max(sim.now, pods.startedAt[pod] + first), this.probing, pod);
  }

  /** The container has ended: when it starts again. */
  nextStart(pod: PodId): Seconds {
    this.still(pod);
    const life = this.lifeOf(pod);
    const { at, next } = nextStart(life.backOff, this.state.sim.now);
    life.backOff = next;
    life.restarts++;
    return at;
  }

  /** Nothing ends the container of itself any more. */
  still(pod: PodId): void {
    const life = this.lives.get(pod);
    if (life === undefined) return;
    for (const event of [life.crash, life.probe]) if (event !== NONE) this.state.sim.cancel(event);
    life.crash = life.probe = NONE;
  }

  forget(pod: PodId): void {
    this.still(pod);
    this.lives.delete(pod);
  }

  private judge(pod: PodId): void {
    const { sim, pods, calls } = this.state;
    const { period, failureThreshold } = this.livenessOf(pod);
    const life = this.lives.get(pod)!;
    life.probe = NONE;
    const stuck = pods.queued[pod] > 0 && calls.since[pods.head[pod]] <= life.sentAt;
    life.strikes = stuck ? life.strikes + 1 : 0;
    if (life.strikes >= failureThreshold) return this.ended(pod, "Unhealthy: the liveness probe failed");
    life.probe = sim.at(Math.max(sim.now, life.sentAt + period), this.probing, pod);
  }

  private lifeOf(pod: PodId): Life {
    let life = this.lives.get(pod);
    if (life === undefined) {
      life = { backOff: undefined, restarts: 0, strikes: 0, sentAt: 0, crash: NONE, probe: NONE };
      this.lives.set(pod, life);
    }
    return life;
  }

  private draw(pod: PodId, law: Distribution, site: number): Seconds {
    this.draws.draw(this.laws.indexOf(law), this.chance.ticket(this.state.pods.serial[pod]), site | 0);
    return this.draws.value;
  }

  private livenessOf(pod: PodId): Probe {
    return this.specOf(pod).lifecycle.liveness!;
  }

  private revisionOf(pod: PodId): Revision {
    return this.ownerOf(pod).revisions[this.state.pods.revision[pod]];
  }

  private ownerOf(pod: PodId): Owner {
    return this.state.owners[this.state.pods.service[pod]];
  }

  private specOf(pod: PodId): Owner["spec"] {
    return this.ownerOf(pod).spec;
  }
}

// Where in a pod's chance its quantities stand; owners tell their starts apart by their number.
const STARTUP = 0x2545f491;
const AGAIN = 0x01000193;
const ATTACH = 0x4cf5ad43;
const BEFORE = 0x38495ab5;
const CRASH = 0x19d699a5;
