/** How a policy says what it is called, which fields it takes, and how one is made. */

import type { z } from "zod";
import type { Balancer, ClusterScheduler, PolicyContext, Provisioner, Scaler, Scheduler } from "./contract.js";
import type { Sizer } from "./sizer-contract.js";

/** A policy's fields by name: zod types, best made with fields.ts. */
export type Fields = Readonly<Record<string, z.ZodType>>;

type Values<F extends Fields> = { readonly [K in keyof F]: z.output<F[K]> };

/** Something of the scenario that a policy's fields speak of, and where they do. */
export interface Mention {
  readonly path: readonly (string | number)[];
  /** A service by name; undefined: the policy's own. */
  readonly service: string | undefined;
  /** Its memory is measured, so that the scenario has to say what its pods hold. */
  readonly memory?: true;
}

interface About<F extends Fields, P> {
  /** What a scenario file writes after `use:`. */
  readonly name: string;
  /** One sentence for `dryscale list` and for editors. */
  readonly summary: string;
  readonly fields: F;
  /** Checked before anything runs. */
  readonly mentions?: (values: Values<F>) => readonly Mention[];
  /** Of a scaler: whose use relative to the request it goes by. Of a sizer: whose requests it changes. */
  readonly resources?: (values: Values<F>) => readonly ("cpu" | "memory")[];
  /** Makes one policy for one service (or cluster) of one run. What it remembers lives in its closure. */
  readonly create: (values: Values<F>, context: PolicyContext) => P;
}

/** A policy as the registry holds it. */
export interface Definition<P> {
  readonly name: string;
  readonly summary: string;
  readonly fields: Fields;
  readonly mentions?: (values: Readonly<Record<string, unknown>>) => readonly Mention[];
  readonly resources?: (values: Readonly<Record<string, unknown>>) => readonly ("cpu" | "memory")[];
  readonly create: (values: Readonly<Record<string, unknown>>, context: PolicyContext) => P;
}

const define =
  <P>() =>
  <F extends Fields>(about: About<F, P>): Definition<P> =>
    about as unknown as Definition<P>;

export const defineScaler = define<Scaler>();
export const defineSizer = define<Sizer>();
export const defineProvisioner = define<Provisioner>();
export const defineScheduler = define<Scheduler>();
/** For schedulers that know pods and nodes as the API has them, and not by their sizes alone. */
export const defineClusterScheduler = define<ClusterScheduler>();
export const defineBalancer = define<Balancer>();
