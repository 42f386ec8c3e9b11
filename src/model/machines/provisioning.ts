/** Which machines there are: show the provisioner the cluster, ask it, carry out what it says. */
import { desiredHealthy } from "../../controllers/disruption/budget.js";
import { RandomStream } from "../../kernel/random.js";
import { type EventHandle, type EventKind, Rank } from "../../kernel/simulation.js";
import type { BudgetView, ClusterView, ProvisionAnswer, Provisioner } from "../../policy/contract.js";
import { firstTime } from "../control/phases.js";
import { CLUSTER, type DecisionLog } from "../decisions.js";
import { podObject } from "../placing/api-objects.js";
import type { Fleet } from "../pods/fleet.js";
import { sizeOf } from "../pods/pod-size.js";
import type { Service } from "../service.js";
import { NONE, type PodId, type State } from "../state.js";
import { Interruptions } from "./interruptions.js";
import type { Machines } from "./machines.js";

export class Provisioning {
  private readonly provisioner: Provisioner | undefined;
  readonly interruptions: Interruptions;
  private readonly look: EventKind;
  private next: EventHandle = NONE;

  constructor(
    private readonly state: State,
    private readonly parts: { readonly fleet: Fleet; readonly machines: Machines; readonly log: DecisionLog },
  ) {
    const { sim, spec, seed } = state;
    this.provisioner = spec.cluster.provisioner?.create({
      stream: new RandomStream(seed, "provisioner"),
      clock: sim,
    });
    this.interruptions = new Interruptions(state, { ...parts, heeded: this.provisioner?.heedsNotices === true });
    if (this.provisioner?.wakes)
      parts.log.tell(({ policy }) => {
        if (policy === "scheduler") this.podUnplaced();
      });
    state.pauses.whenOver("provisioner", () => {
      if (this.provisioner !== undefined) this.podUnplaced();
    });
    this.look = sim.event(
      "provisioner.plan",
      () => {
        this.next = NONE;
        if (state.pauses.of("provisioner")) return;
        const again = this.plan() ?? this.provisioner!.period;
        if (again < Infinity) this.next = sim.after(again, this.look);
      },
      Rank.Decide,
    );
  }

  start(): void {
    const { sim, spec, seed } = this.state;
    const period = this.provisioner?.period ?? Infinity;
    if (period < Infinity) this.next = sim.after(firstTime(spec.controllers, seed, "provisioner", period), this.look);
  }

  /** A pod has newly found no node. */
  private podUnplaced(): void {
    const { sim } = this.state;
    if (this.next === NONE) this.next = sim.after(0, this.look);
    else if (sim.due(this.next) > sim.now) sim.move(this.next, sim.now);
  }

  /** Notes when a change has taken effect. */
  machinesChanged(): void {
    const { log, machines } = this.parts;
    const awaited = log.awaited(CLUSTER);
    if (awaited === undefined) return;
    const serving = machines.all.filter(({ ready, draining }) => ready && !draining).length;
    const there = awaited.asked > awaited.from ? serving >= awaited.asked : machines.all.length <= awaited.asked;
    if (there) log.fulfil(CLUSTER, this.state.sim.now);
  }

  /** Answers with when to look again, if the policy says so. */
  private plan(): number | undefined {
    const { machines, fleet } = this.parts;
    const answer = this.provisioner!.plan(this.view());
    if (answer.quiet) return answer.again;
    const from = machines.all.length;
    const bought = answer.add.reduce((sum, order) => sum + machines.buy(order), 0);
    this.note(answer, from, bought);
    const those = (ids: readonly number[] = []) => ids.flatMap((id) => machines.byId[id] ?? []);
    for (const machine of those(answer.cordon)) machines.cordon(machine);
    for (const machine of those(answer.uncordon)) machines.uncordon(machine);
    for (const machine of those(answer.remove)) if (!machine.draining) fleet.drainMachine(machine);
    return answer.again;
  }

  private note({ add, remove, rule, seen = {}, why }: ProvisionAnswer, from: number, bought: number): void {
    const wished = from + add.reduce((sum, { count }) => sum + count, 0) - remove.length;
    this.parts.log.add({
      time: this.state.sim.now,
      subject: CLUSTER,
      policy: this.state.spec.cluster.provisioner!.name,
      rule,
      seen,
      from,
      wished,
      asked: from + bought - remove.length,
      ...(why === undefined ? {} : { why }),
    });
  }

  private view(): ClusterView {
    const { sim, pods, owners, services, background } = this.state;
    const { machines, fleet } = this.parts;
    return {
      now: sim.now,
      nodes: machines.all,
      groups: machines.groups,
      pending: fleet.scheduling.pending
        .filter((pod) => this.seenWaiting(pod))
        .flatMap((pod) => {
          const { name, lifecycle } = owners[pods.service[pod]].spec;
          const [since, object] = [pods.createdAt[pod], podObject(this.state, pod)];
          if (object.nominated !== undefined) return [];
          return { service: name, ...sizeOf(pods, pod), object, annotations: lifecycle.annotations, since };
        }),
      daemons: background.flatMap(({ daemon, resources: { size }, spec }) =>
        daemon ? [{ service: spec.name, ...size, daemon, ...(spec.template && { placing: spec.template }) }] : [],
      ),
      budgets: services.flatMap(budgetOf),
    };
  }

  /** Whether it has waited for as long as it takes to be told so. */
  private seenWaiting(pod: PodId): boolean {
    const { pods, sim, spec } = this.state;
    return sim.now - pods.createdAt[pod] >= spec.controllers.informerDelay;
  }
}

function budgetOf({ spec, replicas, ready }: Service): readonly BudgetView[] {
  const { budget } = spec.lifecycle;
  if (budget === undefined) return [];
  const amount = "minAvailable" in budget ? budget.minAvailable : budget.maxUnavailable;
  const [none, all] = "minAvailable" in budget ? [Infinity, 1] : [0, 0];
  const fullyBlocking = "pods" in amount ? amount.pods === none : amount.share === all;
  const allowed = Math.max(0, ready.count - desiredHealthy(budget, replicas));
  return [{ service: spec.name, allowed, fullyBlocking }];
}
