/** Pods among which one balancer chooses: all that a proxy knows, or those of one priority or zone. */
import type { Balancer, Upstream } from "../../policy/contract.js";
import type { Endpoints } from "./endpoints.js";

export class Group implements Upstream {
  rows: Int32Array = new Int32Array(0);
  count = 0;
  active: Int32Array = new Int32Array(0);
  weight: Float64Array = new Float64Array(0);
  even = true;
  version = -1;

  constructor(
    private readonly endpoints: Endpoints,
    readonly balancer: Balancer,
  ) {}

  address(row: number): string {
    return this.endpoints.address(row);
  }

  /** Consists of these slots from now on; `changing` weights are never taken for even. */
  set(rows: Int32Array, count: number, active: Int32Array, weight: Float64Array, changing: boolean): void {
    this.rows = rows;
    this.count = count;
    this.active = active;
    this.weight = weight;
    this.version++;
    this.even = !changing;
    for (let i = 1; this.even && i < count; i++) this.even = weight[rows[i]] === weight[rows[0]];
  }
}
