/** The numbers of test/vectors, which were computed with numpy and scipy, not with this code. */
import elasticityFile from "../vectors/elasticity.json" with { type: "json" };
import statsFile from "../vectors/stats.json" with { type: "json" };

interface Vector {
  readonly id: string;
  readonly topic: string;
  readonly input: unknown;
  readonly expected: unknown;
}

/** The vectors of one topic, with the types that the caller knows them to have. */
export function vectorsOf<Input, Expected>(topic: string) {
  const found = (statsFile.vectors as readonly Vector[]).filter((vector) => vector.topic.startsWith(topic));
  if (found.length === 0) throw new Error(`no vectors of topic "${topic}"`);
  return found as readonly { readonly id: string; readonly input: Input; readonly expected: Expected }[];
}

export const elasticityVectors = elasticityFile;

/** The linear congruential generator of vector s024: numbers in [0, 1). */
export function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  };
}

/** The series of s024 to s030: a decaying start on top of correlated noise. */
export function warmingSeries(): number[] {
  const chance = lcg(12345);
  let noise = 0;
  return Array.from({ length: 1000 }, (_, i) => {
    noise = 0.6 * noise + chance() - 0.5;
    return 5 + 8 * Math.exp(-i / 40) + noise;
  });
}
