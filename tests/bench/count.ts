/** `1,234,567`. */
export function count(number: number): string {
  return number.toLocaleString("en", { maximumFractionDigits: 0 });
}
