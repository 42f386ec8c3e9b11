/** Kubernetes' canonical spelling of an amount: as a whole number with the largest suffix that allows it. */

const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Decimal amounts may have thousandths, binary ones are whole. */
export function quantityOf(amount: number, kind: "decimal" | "binary" = "decimal"): string {
  const thousandths = Math.round(amount * 1000);
  if (kind === "decimal" && thousandths % 1000 !== 0) return `${thousandths}m`;
  const [step, suffixes] = kind === "decimal" ? [1000, DECIMAL] : [1024, BINARY];
  let rest = Math.round(amount);
  let power = 0;
  while (rest !== 0 && rest % step === 0 && power < suffixes.length - 1) {
    rest /= step;
    power++;
  }
  return `${rest}${suffixes[power]}`;
}
