/** What every section of the page is made from, and the pieces that they share. */
import type { Run } from "../csv.js";
import { policyColour, policyDash } from "../figures/colours.js";
import { type Clock, clockOf, lastTime } from "../figures/tracks.js";
import { type PolicySummary, type Summary, servicesOf } from "../summary.js";
import { Markup, markup } from "./markup.js";

export interface View {
  readonly summary: Summary;
  /** The runs of each policy, in the order of the summary's policies. */
  readonly runs: readonly (readonly Run[])[];
  readonly services: readonly string[];
  readonly end: number;
  readonly clock: Clock;
}

export function viewOf(summary: Summary, runs: readonly Run[]): View {
  const end = lastTime(runs);
  const inOrder = [...runs].sort((one, two) => one.replication - two.replication);
  return {
    summary,
    runs: summary.policies.map(({ name }) => inOrder.filter(({ policy }) => policy === name)),
    services: servicesOf(summary),
    end,
    clock: clockOf(end),
  };
}

/** The colour of a policy, beside its name; the name says it to those who see no colour. */
function swatch(index: number): Markup {
  const dash = policyDash(index) === undefined ? "" : " dashed";
  return markup`<i class="swatch${dash}" style="--colour:${policyColour(index)}"></i>`;
}

export const policyName = ({ name }: PolicySummary, index: number): Markup =>
  markup`<span class="policy">${swatch(index)}${name}</span>`;

export function policyLegend({ policies }: Summary, others: readonly Markup[] = []): Markup {
  const items = [...policies.map((policy, i) => policyName(policy, i)), ...others];
  return markup`<ul class="legend">${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

/** An entry of a legend for what is no policy. */
export const key = (kind: "area" | "thin" | "line", label: string): Markup =>
  markup`<span class="policy"><i class="swatch ${kind}"></i>${label}</span>`;

export function partLegend(parts: readonly { readonly label: string; readonly colour: string }[]): Markup {
  const items = parts.map(
    ({ label, colour }) =>
      markup`<li><span class="policy"><i class="swatch part" style="--colour:${colour}"></i>${label}</span></li>`,
  );
  return markup`<ul class="legend">${items}</ul>`;
}

/** A figure with its title above and, below, what one must know to read it, if anything. */
export function figure(title: string, picture: Markup | undefined, caption: string, legend?: Markup): Markup {
  if (picture === undefined) return new Markup("");
  return markup`<figure><h3>${title}</h3>${legend}${picture}${captionOf(caption)}</figure>
`;
}

const captionOf = (text: string): Markup | undefined =>
  text === "" ? undefined : markup`<figcaption>${text}</figcaption>`;

/** The same small figure for each of several services. */
export function multiples(about: {
  readonly title: string;
  readonly pictures: readonly { readonly name: string; readonly picture: Markup | undefined }[];
  readonly caption: string;
  readonly legend: Markup;
}): Markup {
  const shown = about.pictures.flatMap(({ name, picture }) => (picture === undefined ? [] : [{ name, picture }]));
  if (shown.length === 0) return new Markup("");
  return markup`<figure class="multiples"><h3>${about.title}</h3>${about.legend}<div class="small">${shown.map(
    ({ name, picture }) => markup`<div><h4>${name}</h4>${picture}</div>
`,
  )}</div>${captionOf(about.caption)}</figure>
`;
}

/** A table may be wider than a telephone: it scrolls by itself, by the keyboard too. */
export const scrolling = (label: string, table: Markup): Markup =>
  markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>
`;

export const section = (id: string, title: string, content: readonly (Markup | undefined)[]): Markup =>
  markup`<section id="${id}"><h2>${title}</h2>
${content}</section>
`;
