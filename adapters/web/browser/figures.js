// Formats numbers. The server and the plots use the same code.

/** Greater numbers, and numbers below the least, are written with an exponent. */
const greatestPlain = 1e15;
const leastPlain = 1e-4;

/**
 * A decimal number with separators between thousands: `1234567.5` is `1,234,567.5`. Other text stays as it is.
 * @param {string} digits
 */
export function grouped(digits) {
  const [whole = "", fraction] = digits.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/**
 * A float with the fewest digits that identify it.
 * @param {number} value
 */
export function exactFigure(value) {
  const digits = String(value);
  return digits.includes("e") ? digits.replace("+", "") : grouped(digits);
}

/**
 * A number among others, with enough digits to show differences of a thousandth of their range.
 * @param {number} value
 * @param {number} range from the least of them to the greatest; 0 if all are equal
 */
export function figure(value, range) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return String(value);
  const finest = Math.min(range, Number.MAX_VALUE) / 1000;
  if (size >= greatestPlain || size < leastPlain) {
    const digits = finest > 0 ? Math.ceil(Math.log10(size / finest)) : 6;
    const [mantissa = "", exponent = ""] = value.toExponential(clamp(digits, 2, 15)).split("e");
    return `${trimmed(mantissa)}e${Number(exponent)}`;
  }
  if (Number.isInteger(value)) return grouped(String(value));
  const decimals = finest > 0 ? Math.ceil(-Math.log10(finest)) : 6;
  return grouped(trimmed(value.toFixed(clamp(decimals, size < 1 ? 4 : 1, 12))));
}

/** @type {(value: number, least: number, most: number) => number} */
const clamp = (value, least, most) => Math.max(least, Math.min(value, most));
/** @param {string} digits */
const trimmed = (digits) => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

/**
 * The labels of the ticks of an axis, short if that keeps them distinct.
 * @param {readonly number[]} ticks
 */
export function tickLabels(ticks) {
  const compact = ticks.map((tick) => tick.toLocaleString("en", { notation: "compact", maximumFractionDigits: 2 }));
  const isPlain = ticks.every((tick) => tick === 0 || (Math.abs(tick) < greatestPlain && Math.abs(tick) >= leastPlain));
  if (isPlain && new Set(compact).size === ticks.length) return compact;
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0));
  return ticks.map((tick) => figure(tick, step * 100));
}

/**
 * The power of ten by which numbers are divided before they are drawn: 1, unless they are so large or so small that
 * drawing would lose their digits.
 * @param {readonly number[]} values
 */
export function drawnPower(values) {
  const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (greatest === 0 || (greatest < greatestPlain && greatest >= 1e-6)) return 0;
  return Math.floor(Math.log10(greatest));
}

/**
 * The label of a number that was divided by a power of ten.
 * @param {string} label
 * @param {number} power
 */
export function withPower(label, power) {
  if (power === 0 || label === "0") return label;
  const [mantissa = "", exponent = "0"] = label.split("e");
  return `${mantissa}e${Number(exponent) + power}`;
}
