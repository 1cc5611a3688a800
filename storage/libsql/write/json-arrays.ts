// A remote database takes no argument above 5 MB, and a character has up to three bytes.
const longestArgument = 1_000_000;

/** The values as JSON arrays of at most that length, which can be arguments. A longer value has an array of its own. */
export function jsonArrays(values: readonly unknown[], characters = longestArgument): readonly string[] {
  const arrays: string[][] = [];
  let left = 0;
  for (const value of values) {
    const text = JSON.stringify(value);
    if (text.length > left) {
      arrays.push([]);
      left = characters;
    }
    arrays.at(-1)?.push(text);
    left -= text.length;
  }
  return arrays.map((texts) => `[${texts.join(",")}]`);
}
