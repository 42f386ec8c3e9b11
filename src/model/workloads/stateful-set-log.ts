/** What a StatefulSet's controller does, in the words of its events and of `kubectl rollout status`. */
import type { Deed } from "../../controllers/stateful-set/stateful-set.js";
import type { Seconds } from "../../units.js";
import type { DecisionLog } from "../decisions.js";
import type { Service } from "../service.js";
import type { RolloutSpec } from "./workload.js";

export class StatefulSetLog {
  private current = "0";

  constructor(
    private readonly service: Service,
    private readonly log: DecisionLog,
  ) {}

  private get subject(): string {
    return `stateful set ${this.service.spec.name}`;
  }

  /** Somebody has changed the StatefulSet. */
  operator(time: Seconds, { revision, partition }: Omit<RolloutSpec, "at">): void {
    const { replicas } = this.service;
    const rule = `revision ${revision + 1} is wanted${partition > 0 ? ` from ordinal ${partition} up` : ""}`;
    const numbers = { seen: {}, from: replicas, wished: replicas, asked: replicas };
    this.log.add({ time, subject: this.subject, policy: "operator", rule, ...numbers });
  }

  /** `there`: pods that nobody has asked to go. */
  look(time: Seconds, deed: Deed, there: number): void {
    const { replicas, ready, available, current, updated, updateVersion, currentVersion } = deed;
    const seen = { replicas, ready, available, current, updated };
    const { name } = this.service.spec;
    const created = Object.keys(deed.create).map(Number);
    const say = (from: number, asked: number, rule: string): void =>
      this.log.add({ time, subject: this.subject, policy: "StatefulSet", rule, seen, from, wished: asked, asked });
    if (created.length > 0) {
      const rule = `SuccessfulCreate: create ${podsOf(name, created)} in StatefulSet ${name} successful`;
      say(there, there + created.length, rule);
    }
    if (deed.delete.length > 0) {
      const left = there + created.length;
      const rule = `SuccessfulDelete: delete ${podsOf(name, deed.delete)} in StatefulSet ${name} successful`;
      say(left, left - deed.delete.length, rule);
    }
    if (currentVersion !== this.current && currentVersion === updateVersion) {
      const revision = `${name}-r${Number(updateVersion) + 1}`;
      say(there, there, `statefulset rolling update complete ${replicas} pods at revision ${revision}`);
    }
    this.current = currentVersion;
  }

  fulfil(now: Seconds): void {
    const awaited = this.log.awaited(this.subject);
    if (awaited === undefined) return;
    const { members, ready, draining } = this.service;
    const there =
      awaited.asked > awaited.from ? ready.count >= awaited.asked : members.count + draining <= awaited.asked;
    if (there) this.log.fulfil(this.subject, now);
  }
}

/** "Pod web-2", or of several the first and the last. */
function podsOf(name: string, ordinals: readonly number[]): string {
  const [first] = ordinals;
  const last = ordinals.at(-1)!;
  return ordinals.length === 1
    ? `Pod ${name}-${first}`
    : `${ordinals.length} Pods from ${name}-${first} to ${name}-${last}`;
}
