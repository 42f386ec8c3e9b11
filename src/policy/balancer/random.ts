import { defineBalancer } from "../define.js";

/** Any pod, all equally likely, whatever the loads: the baseline for balancers that look. */
export const random = defineBalancer({
  name: "random",
  summary: "Any pod, all equally likely.",
  fields: {},
  create: (_, { stream }) => ({
    pick: ({ count }) => stream.below(count),
  }),
});
