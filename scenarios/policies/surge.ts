import { defineScaler, interval, level } from "dryscale";

/** Doubles when the rate has doubled since the last look, then sheds at most one pod a period. */
export default defineScaler({
  name: "surge",
  summary: "Doubles the replicas when the rate of calls has doubled, then sheds at most one a period.",
  fields: {
    target: level().describe("Calls per second that one replica is to take."),
    period: interval().prefault("15s").describe("Time between two decisions."),
  },
  create: ({ target, period }) => {
    let before = Infinity;
    return {
      period,
      desiredReplicas(view) {
        const now = view.mean("rate", period);
        const surging = now > 2 * before;
        before = now;
        const needed = now / target;
        return surging ? Math.max(needed, 2 * view.replicas) : Math.max(needed, view.replicas - 1);
      },
    };
  },
});
