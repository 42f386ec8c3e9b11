/** What went wrong in the first replication, and when somebody knew and all was well again. */
import { formatDuration, formatTime, UNKNOWN } from "../numbers.js";
import type { PolicySummary } from "../summary.js";
import { type Markup, markup } from "./markup.js";
import { policyName, scrolling, section, type View } from "./view.js";

export function faults({ summary }: View): Markup | undefined {
  const hit = summary.policies.filter(({ faults = [] }) => faults.length > 0);
  if (hit.length === 0) return undefined;
  return section("faults", "Faults", [
    markup`<p>Detected: when the first of those who react knew of it. Healed: over, with as many pods ready as before; one that took pods is healed when others stand in their place. Only the run with seed ${summary.seed} is shown; the means of all are among the measures.</p>
`,
    ...hit.map((policy) => table(policy, summary.policies.indexOf(policy))),
  ]);
}

function table(policy: PolicySummary, index: number): Markup {
  const after = (time: number | null, begin: number): string =>
    time === null ? "never" : `after ${formatDuration(time - begin)}`;
  const rows = policy.faults!.map(
    ({
      fault,
      whom,
      begin,
      over,
      detected,
      by,
      healed,
    }) => markup`<tr><th scope="row">${fault}</th><td>${whom === "" ? UNKNOWN : whom}</td><td>${formatTime(begin)}</td><td>${after(detected, begin)}</td><td>${by}</td><td>${after(over, begin)}</td><td>${after(healed, begin)}</td></tr>
`,
  );
  const caption = markup`Faults under ${policyName(policy, index)}`;
  return scrolling(
    `Faults under ${policy.name}`,
    markup`<table><caption>${caption}</caption><thead><tr><th scope="col">fault</th><th scope="col">whom</th><th scope="col">begins at</th><th scope="col">detected</th><th scope="col">by</th><th scope="col">over</th><th scope="col">healed</th></tr></thead><tbody>
${rows}</tbody></table>`,
  );
}
