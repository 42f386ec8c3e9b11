/**
 * Colours, by CSS variables so that light and dark differ. The hues are those of Okabe and Ito (2008), which people of every
 * colour vision tell apart; the page's style makes them darker on white and lighter on black.
 */

/** Light, then dark. Each stands out from its background by at least 3 to 1. */
export const POLICY_COLOURS = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#ff9d5c"],
  ["#00855f", "#2bcfa0"],
  ["#b0528f", "#e79ac6"],
  ["#8a6d00", "#f0e442"],
  ["#4d4d4d", "#c4c4c4"],
] as const;

/** For causes, services and other parts of a whole. */
const PART_COLOURS = [
  ["#0072b2", "#4aa3dc"],
  ["#e69f00", "#e69f00"],
  ["#009e73", "#2bcfa0"],
  ["#cc79a7", "#e39cc4"],
  ["#56b4e9", "#a6d8f5"],
  ["#d55e00", "#ff8a4c"],
  ["#b8a800", "#f0e442"],
  ["#6b6b6b", "#9a9a9a"],
] as const;

/** More policies than colours share them, told apart by their dashes. */
export const policyColour = (index: number): string => `var(--policy-${index % POLICY_COLOURS.length})`;
export const policyDash = (index: number): string | undefined =>
  ["", "6 3", "2 2", "8 3 2 3"][Math.floor(index / POLICY_COLOURS.length) % 4] || undefined;

export const partColour = (index: number): string => `var(--part-${index % PART_COLOURS.length})`;
/** What nobody uses. */
export const IDLE_COLOUR = "var(--idle)";

/** The variables' definitions for one of the two modes: 0 is light, 1 is dark. */
export function colourVariables(mode: 0 | 1): string {
  const policies = POLICY_COLOURS.map((pair, i) => `--policy-${i}:${pair[mode]};`);
  const parts = PART_COLOURS.map((pair, i) => `--part-${i}:${pair[mode]};`);
  return [...policies, ...parts].join("");
}
