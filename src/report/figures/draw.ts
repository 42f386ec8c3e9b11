/**
 * A figure: Observable Plot's SVG, made without a browser, as markup that is the same in every process. Plot numbers its
 * clip paths through, so their ids are made the figure's own; coordinates are rounded to a tenth of a pixel.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeText, Markup } from "../page/markup.js";

export interface Drawing {
  /** Unique on the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What one sees, for those who do not. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly plot: Plot.PlotOptions;
}

const { document } = parseHTML("<html></html>");

export function draw({ id, title, description, width, height, plot }: Drawing): Markup {
  const svg = Plot.plot({ document, className: "plot", width, height, ...plot } as Plot.PlotOptions) as unknown as {
    readonly outerHTML: string;
  };
  const inside = svg.outerHTML
    .replace(/^<svg[^>]*>/, "")
    .replace(/<style>[\s\S]*?<\/style>/, "")
    .replace(/<text[^>]*\/>/g, "")
    .replace(/ aria-hidden="true"| aria-label="[^"]*"/g, "")
    .replace(/\b(d|transform|x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g, (_all, name: string, value: string) => {
      return `${name}="${value.replace(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (number) => String(+Number(number).toFixed(1)))}"`;
    })
    .replace(/plot-clip-\d+/g, clipNames(id));
  return new Markup(
    `<svg class="plot" role="img" viewBox="0 0 ${width} ${height}" aria-labelledby="${id}-title ${id}-desc"` +
      ` text-anchor="middle" fill="currentColor"><title id="${id}-title">${escapeText(title)}</title>` +
      `<desc id="${id}-desc">${escapeText(description)}</desc>${inside}`,
  );
}

/** Names clip paths by the figure and their order in it. */
function clipNames(id: string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const own = known.get(name) ?? `${id}-clip-${known.size + 1}`;
    known.set(name, own);
    return own;
  };
}
