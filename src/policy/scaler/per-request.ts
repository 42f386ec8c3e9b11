/**
 * Scale per request, as FaaS platforms do: a replica for every call in flight (or for every
 * `concurrency` of them), asked for when the call comes, and idle ones kept for a while.
 *
 * With one call a replica, calls waiting at the service and a constant maximum k this is the M/M/k
 * queue with set-up: `keepAlive: none` switches off at once, an exponential one is the delayed
 * switch-off (Gandhi et al. 2013). For that the model has to drop replicas that are still starting
 * first, then idle ones, the longest idle first, and none at work.
 *
 * Not modelled: a provider's limits on how fast it may scale; pre-warmed replicas (give a minimum).
 * An idle replica does not stand in for a call that waits elsewhere: let calls wait at the service.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Seconds } from "../../units.js";
import type { ServiceView } from "../contract.js";
import { defineScaler } from "../define.js";
import { either, interval, oneOf, record, seconds, whole } from "../fields.js";

/** How many of the idle replicas stay, and in how many seconds that may change. */
interface Kept {
  readonly count: number;
  readonly again: Seconds;
}

type Keeper = (view: ServiceView) => Kept;

/** Less than this left is nothing left: a question asked at a deadline may come a rounding error early. */
const MICROSECOND = 1e-6;

const keepNone: Keeper = () => ({ count: 0, again: Infinity });

const keepFixed =
  (duration: Seconds): Keeper =>
  ({ idle }) => {
    const first = idle.findIndex((time) => duration - time > MICROSECOND);
    return first < 0 ? { count: 0, again: Infinity } : { count: idle.length - first, again: duration - idle[first] };
  };

/**
 * Every idle replica goes after an exponential time. Of n such times the least is exponential with
 * mean ÷ n, and what is left of it is as good as new: so one deadline, drawn when n changes, will do.
 * It must not be drawn anew while n stays, or a question at the deadline would never find it passed.
 */
function keepExponential(mean: Seconds, stream: RandomStream): Keeper {
  let count = 0;
  let deadline = Infinity;
  const draw = (now: Seconds, left: number): void => {
    count = left;
    deadline = left === 0 ? Infinity : now + (stream.exponential() * mean) / left;
  };
  return ({ now, idle }) => {
    if (idle.length !== count) draw(now, idle.length);
    else if (deadline - now <= MICROSECOND) draw(now, count - 1);
    return { count, again: Math.max(deadline - now, MICROSECOND) };
  };
}

export const perRequest = defineScaler({
  name: "per-request",
  summary: "A replica for every call in flight, as FaaS platforms scale, and idle ones kept for a while.",
  fields: {
    concurrency: whole(1).default(1).describe("Calls that one replica takes at once."),
    keepAlive: either(
      '"none", a duration like "10m" or { exponential: 10m }',
      oneOf("none"),
      seconds(),
      record({ exponential: interval().describe("Mean of the time.") }),
    )
      .default("none")
      .describe("How long an idle replica is kept."),
  },
  create: ({ concurrency, keepAlive }, { stream }) => {
    const keep =
      keepAlive === "none"
        ? keepNone
        : typeof keepAlive === "number"
          ? keepFixed(keepAlive)
          : keepExponential(keepAlive.exponential, stream);
    return {
      period: Infinity,
      wakes: true,
      desiredReplicas(view) {
        // With several calls a replica they may be spread over more replicas than they fill; none at work is given up.
        const busy = Math.max(Math.ceil(view.inFlight / concurrency), view.ready - view.idle.length);
        const kept = keep(view);
        const answer = {
          replicas: busy + kept.count,
          rule: kept.count < view.idle.length ? "idle for too long" : "calls in flight",
          seen: { inFlight: view.inFlight, busy, idle: view.idle.length, kept: kept.count },
        };
        return kept.again < Infinity ? { ...answer, again: kept.again } : answer;
      },
    };
  },
});
