/**
 * Reads names that `packNames` of partition-cells.ts has packed.
 * @param {string} packed
 * @returns {string[]}
 */
export function unpackNames(packed) {
  let name = "";
  return packed.split(" ").map((part) => {
    name = name.slice(0, Number.parseInt(part.charAt(0), 36)) + decodeURIComponent(part.slice(1));
    return name;
  });
}
