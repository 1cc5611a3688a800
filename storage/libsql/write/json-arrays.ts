// A remote database takes no argument above 5 MB, and a character has up to three bytes.
const longestArgument = 1_000_000;

/** The values as JSON arrays of that length at most, which can be arguments; a value that is longer has one for itself. */
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
