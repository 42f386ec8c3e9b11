/**
 * The least loaded of a few pods drawn at random, as Envoy's: of equals the one drawn first. Drawn with
 * replacement the same pod may come twice. With choices "all" it is the shortest queue of all, equals
 * at random. Among pods of unequal weights nobody draws: they take turns by earliest deadline first, and
 * a pod's weight in it is w / (calls + 1)^bias, looked at anew when its turn has come.
 *
 * Calls are those that the proxy itself has under way; it knows nothing of other proxies'.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Balancer, Upstream } from "../contract.js";
import { defineBalancer } from "../define.js";
import { either, flag, oneOf, signed, whole } from "../fields.js";
import { EarliestDeadline } from "./earliest-deadline.js";

type Pick = (upstream: Upstream) => number;

/** Two draws are what nearly everybody uses, so these two are written out. */
const ofTwo =
  (stream: RandomStream): Pick =>
  ({ rows, count, active }) => {
    const one = stream.below(count);
    const two = stream.below(count);
    return active[rows[two]] < active[rows[one]] ? two : one;
  };

const ofTwoDistinct =
  (stream: RandomStream): Pick =>
  ({ rows, count, active }) => {
    if (count === 1) return 0;
    const one = stream.below(count);
    const other = stream.below(count - 1);
    const two = other < one ? other : other + 1;
    return active[rows[two]] < active[rows[one]] ? two : one;
  };

const ofSeveral =
  (choices: number, stream: RandomStream): Pick =>
  ({ rows, count, active }) => {
    let best = stream.below(count);
    for (let drawn = 1; drawn < choices; drawn++) {
      const next = stream.below(count);
      if (active[rows[next]] < active[rows[best]]) best = next;
    }
    return best;
  };

/** Draws the place among those not drawn yet, then counts past the drawn ones, kept in ascending order. */
function ofSeveralDistinct(choices: number, stream: RandomStream): Pick {
  const drawn = new Int32Array(choices);
  return ({ rows, count, active }) => {
    const draws = choices < count ? choices : count;
    let best = -1;
    for (let i = 0; i < draws; i++) {
      let next = stream.below(count - i);
      let place = 0;
      while (place < i && drawn[place] <= next) {
        next++;
        place++;
      }
      for (let j = i; j > place; j--) drawn[j] = drawn[j - 1];
      drawn[place] = next;
      if (best < 0 || active[rows[next]] < active[rows[best]]) best = next;
    }
    return best;
  };
}

/** Looks twice, so that one draw settles a tie of any number. */
const ofAll =
  (stream: RandomStream): Pick =>
  ({ rows, count, active }) => {
    let best = 0;
    let ties = 1;
    for (let i = 1; i < count; i++) {
      const load = active[rows[i]];
      if (load < active[rows[best]]) {
        best = i;
        ties = 1;
      } else if (load === active[rows[best]]) ties++;
    }
    if (ties === 1) return best;
    const least = active[rows[best]];
    let others = stream.below(ties);
    while (others > 0) if (active[rows[++best]] === least) others--;
    return best;
  };

/** For unequal weights. */
function byTurns(bias: number, stream: RandomStream): Pick {
  const start = stream.bits() & 0x7fffffff;
  const turns = new EarliestDeadline();
  let version = -1;
  const worth = ({ weight, active }: Upstream, row: number): number =>
    bias === 1 ? weight[row] / (active[row] + 1) : weight[row] / (active[row] + 1) ** bias;
  return (upstream) => {
    const { rows, count } = upstream;
    if (version !== upstream.version) {
      version = upstream.version;
      turns.begin(
        Array.from(rows.subarray(0, count), (row) => worth(upstream, row)),
        start,
      );
    }
    const chosen = turns.first;
    turns.turn(worth(upstream, rows[chosen]));
    return chosen;
  };
}

export const leastRequest = defineBalancer({
  name: "least-request",
  summary: "The least loaded of a few pods drawn at random, or of all of them.",
  fields: {
    choices: either('a whole number from 1 up or "all"', whole(1), oneOf("all"))
      .default(2)
      .describe("How many pods are drawn."),
    replacement: flag().default(true).describe("Whether the same pod may be drawn twice; no matter with all."),
    bias: signed()
      .refine((value) => value >= 0, { error: (issue) => `expected a number from 0 up, got ${issue.input}` })
      .default(1)
      .describe("Among unequal weights: how much calls under way take from a pod's weight."),
  },
  create: ({ choices, replacement, bias }, { stream }): Balancer => {
    const few = choices === 2 ? (replacement ? ofTwo : ofTwoDistinct)(stream) : undefined;
    const even =
      few ??
      (choices === "all" ? ofAll(stream) : (replacement ? ofSeveral : ofSeveralDistinct)(choices as number, stream));
    let uneven: Pick | undefined;
    return {
      pick(upstream) {
        if (upstream.even) return even(upstream);
        uneven ??= byTurns(bias, stream);
        return uneven(upstream);
      },
    };
  },
});
