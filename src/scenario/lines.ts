/** Lines of a text, found by their places. */

export function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

/** The line of a place, from 1. The parser's own count misses the lines of a quotation that is never closed. */
export function lineAt(starts: readonly number[], place: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const lineLength = (text: string, from: number): number => {
  const end = text.slice(from).search(/\r?\n/);
  return end < 0 ? text.length - from : end;
};
