/** Any idle pod, all equally likely; when none is idle any pod (Lu et al. 2011, with one gateway that hears of idleness at once). */
import { defineBalancer } from "../define.js";

export const joinIdleQueue = defineBalancer({
  name: "join-idle-queue",
  summary: "Any idle pod; when none is idle, any pod.",
  fields: {},
  create: (_, { stream }) => ({
    pick({ rows, count, active }) {
      let idle = 0;
      for (let i = 0; i < count; i++) if (active[rows[i]] === 0) idle++;
      if (idle === 0) return stream.below(count);
      let others = stream.below(idle);
      let chosen = 0;
      while (active[rows[chosen]] !== 0 || others-- > 0) chosen++;
      return chosen;
    },
  }),
});
