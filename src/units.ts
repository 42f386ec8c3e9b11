/**
 * The units of the simulator. Inside, every quantity is a plain number in one unit:
 * seconds, millicores, MiB, USD, and fractions for what people write in per cent.
 * Other spellings ("250m", "4Gi", "1h30m") exist in scenario files alone, and this
 * file is the only place that reads them.
 */
export type Seconds = number;
export type Millicores = number;
export type MiB = number;
export type Usd = number;
/** A share between 0 and 1 (or above, for a target such as 150 %). */
export type Fraction = number;
