/** The conditions of an HPA's status, in the order in which they first appeared. */
import type { HpaCondition } from "./types.js";

export class Conditions {
  private list: readonly HpaCondition[] = [];

  get all(): readonly HpaCondition[] {
    return this.list;
  }

  isTrue(type: string): boolean {
    return this.list.some((condition) => condition.type === type && condition.status);
  }

  set(condition: Omit<HpaCondition, "since">, now: number): void {
    const before = this.list.find(({ type }) => type === condition.type);
    const since = before?.status === condition.status ? before.since : now;
    const after = { ...condition, since };
    this.list = before === undefined ? [...this.list, after] : this.list.map((one) => (one === before ? after : one));
  }

  remove(type: string): void {
    this.list = this.list.filter((condition) => condition.type !== type);
  }
}
