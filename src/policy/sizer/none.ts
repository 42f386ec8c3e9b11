import { defineSizer } from "../define.js";

/** No sizer at all: pods are what their template says. */
export const none = defineSizer({
  name: "none",
  summary: "Leaves pods as their service says.",
  fields: {},
  create: () => ({
    period: Infinity,
    sizeOfNew: ({ template }) => ({ resources: template, rule: "fixed", quiet: true }),
    *changes() {},
  }),
});
