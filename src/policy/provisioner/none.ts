import { defineProvisioner } from "../define.js";

/** No provisioner at all: a cluster of fixed size, the baseline for those that change it. */
export const none = defineProvisioner({
  name: "none",
  summary: "Keeps the machines that the cluster starts with.",
  fields: {},
  create: () => ({
    period: Infinity,
    plan: () => ({ add: [], remove: [], rule: "fixed" }),
  }),
});
