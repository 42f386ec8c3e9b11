import { defineScaler } from "../define.js";

/** No scaler at all: a service of fixed size, the baseline that every other policy is held against. */
export const none = defineScaler({
  name: "none",
  summary: "Keeps the replicas that the service starts with.",
  fields: {},
  create: () => ({
    period: Infinity,
    desiredReplicas: (view) => ({ replicas: view.replicas, rule: "fixed" }),
  }),
});
