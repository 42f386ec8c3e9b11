/**
 * The least loaded of a few pods drawn at random, as Envoy's: of equals the one drawn first. Drawn with
 * replacement the same pod may come twice. With choices "all" it is the shortest queue of all, equals
 * at random.
 *
 * Not modelled: weights; each proxy's own count of calls. This one knows those of all callers.
 */
import type { RandomStream } from "../../kernel/random.js";
import type { Balancer } from "../contract.js";
import { defineBalancer } from "../define.js";
import { either, flag, oneOf, whole } from "../fields.js";

/** Two draws are what nearly everybody uses, so these two are written out. */
const ofTwo = (stream: RandomStream): Balancer => ({
  pick(pods, count, inFlight) {
    const one = stream.below(count);
    const two = stream.below(count);
    return inFlight[pods[two]] < inFlight[pods[one]] ? two : one;
  },
});

const ofTwoDistinct = (stream: RandomStream): Balancer => ({
  pick(pods, count, inFlight) {
    if (count === 1) return 0;
    const one = stream.below(count);
    const other = stream.below(count - 1);
    const two = other < one ? other : other + 1;
    return inFlight[pods[two]] < inFlight[pods[one]] ? two : one;
  },
});

const ofSeveral = (choices: number, stream: RandomStream): Balancer => ({
  pick(pods, count, inFlight) {
    let best = stream.below(count);
    for (let drawn = 1; drawn < choices; drawn++) {
      const next = stream.below(count);
      if (inFlight[pods[next]] < inFlight[pods[best]]) best = next;
    }
    return best;
  },
});

/** Draws the place among those not drawn yet, then counts past the drawn ones, kept in ascending order. */
function ofSeveralDistinct(choices: number, stream: RandomStream): Balancer {
  const drawn = new Int32Array(choices);
  return {
    pick(pods, count, inFlight) {
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
        if (best < 0 || inFlight[pods[next]] < inFlight[pods[best]]) best = next;
      }
      return best;
    },
  };
}

/** Looks twice, so that one draw settles a tie of any number. */
const ofAll = (stream: RandomStream): Balancer => ({
  pick(pods, count, inFlight) {
    let best = 0;
    let ties = 1;
    for (let i = 1; i < count; i++) {
      const load = inFlight[pods[i]];
      if (load < inFlight[pods[best]]) {
        best = i;
        ties = 1;
      } else if (load === inFlight[pods[best]]) ties++;
    }
    if (ties === 1) return best;
    const least = inFlight[pods[best]];
    let others = stream.below(ties);
    while (others > 0) if (inFlight[pods[++best]] === least) others--;
    return best;
  },
});

export const leastRequest = defineBalancer({
  name: "least-request",
  summary: "The least loaded of a few pods drawn at random, or of all of them.",
  fields: {
    choices: either('a whole number from 1 up or "all"', whole(1), oneOf("all"))
      .default(2)
      .describe("How many pods are drawn."),
    replacement: flag().default(true).describe("Whether the same pod may be drawn twice; no matter with all."),
  },
  create: ({ choices, replacement }, { stream }) => {
    if (choices === "all") return ofAll(stream);
    if (choices === 2) return replacement ? ofTwo(stream) : ofTwoDistinct(stream);
    return replacement ? ofSeveral(choices, stream) : ofSeveralDistinct(choices, stream);
  },
});
