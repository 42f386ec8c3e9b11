/** A rollout as its decisions tell it: ReplicaSets scaled, and the Deployment's conditions, in upstream's words. */
import type { Rollout as Look, Observed } from "../../controllers/deployment/deployment.js";
import type { ProgressReason } from "../../controllers/deployment/status.js";
import type { Condition } from "../../policy/contract.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import type { Service } from "../service.js";
import type { RolloutSpec } from "./workload.js";

export class RolloutLog {
  private sizes: Readonly<Record<string, number>> = {};
  private conditions: readonly Condition[] = [];

  constructor(
    private readonly service: Service,
    private readonly log: DecisionLog,
  ) {}

  /** What the world begins with is no news. */
  begin(look: Look): void {
    this.sizes = look.sets;
    this.conditions = conditionsOf(look, this.setName("0"));
  }

  /** Somebody has changed the Deployment. */
  operator(now: Seconds, { revision, paused }: Omit<RolloutSpec, "at">): void {
    const rule = `revision ${revision + 1} is wanted${paused ? ", rollouts are paused" : ""}`;
    this.about(now, { policy: "operator", rule, seen: {} });
  }

  look(now: Seconds, revision: number, { sets }: Observed, look: Look): void {
    this.fulfil(now, sets);
    const { replicas, updated, ready, available } = look;
    const seen = { replicas, updated, ready, available };
    for (const [version, asked] of Object.entries(look.sets)) {
      const from = this.sizes[version] ?? 0;
      if (from === asked) continue;
      const set = this.setName(version);
      const rule = `ScalingReplicaSet: Scaled ${asked > from ? "up" : "down"} replica set ${set} from ${from} to ${asked}`;
      const numbers = { seen, from, wished: asked, asked };
      this.log.add({ time: now, subject: `replica set ${set}`, policy: "Deployment", rule, ...numbers });
    }
    this.sizes = look.sets;
    const conditions = conditionsOf(look, this.setName(String(revision)));
    for (const condition of conditions) {
      const before = this.conditions.find(({ type }) => type === condition.type);
      if (before?.reason === condition.reason && before.message === condition.message) continue;
      const rule = `${condition.reason}: ${condition.message}`;
      this.about(now, { policy: "Deployment", rule, seen, why: { trail: [{ what: "seen", seen }], conditions } });
    }
    this.conditions = conditions;
  }

  private about(
    time: Seconds,
    what: Pick<Parameters<DecisionLog["add"]>[0], "policy" | "rule" | "seen" | "why">,
  ): void {
    const { spec, replicas } = this.service;
    this.log.add({
      time,
      subject: `deployment ${spec.name}`,
      from: replicas,
      wished: replicas,
      asked: replicas,
      ...what,
    });
  }

  private fulfil(now: Seconds, sets: Observed["sets"]): void {
    for (const version of Object.keys(this.sizes)) {
      const subject = `replica set ${this.setName(version)}`;
      const awaited = this.log.awaited(subject);
      if (awaited === undefined) continue;
      const { replicas = 0, ready = 0, terminating = 0 } = sets[version] ?? {};
      const there = awaited.asked > awaited.from ? ready >= awaited.asked : replicas + terminating <= awaited.asked;
      if (there) this.log.fulfil(subject, now);
    }
  }

  private setName(version: string): string {
    return `${this.service.spec.name}-r${Number(version) + 1}`;
  }
}

const messages: Readonly<Record<ProgressReason, (set: string) => string>> = {
  NewReplicaSetCreated: (set) => `Created new replica set "${set}"`,
  ReplicaSetUpdated: (set) => `ReplicaSet "${set}" is progressing.`,
  NewReplicaSetAvailable: (set) => `ReplicaSet "${set}" has successfully progressed.`,
  ProgressDeadlineExceeded: (set) => `ReplicaSet "${set}" has timed out progressing.`,
  DeploymentPaused: () => "Deployment is paused",
  DeploymentResumed: () => "Deployment is resumed",
};

function conditionsOf({ progressing, minimumAvailable }: Look, set: string): readonly Condition[] {
  const available = minimumAvailable
    ? { reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : { reason: "MinimumReplicasUnavailable", message: "Deployment does not have minimum availability." };
  const conditions: Condition[] = [{ type: "Available", status: minimumAvailable ? "True" : "False", ...available }];
  if (progressing === undefined) return conditions;
  const { status, reason } = progressing;
  const told = { reason, message: messages[reason](set) };
  return [...conditions, { type: "Progressing", status, ...told }];
}
