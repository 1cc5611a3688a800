// Private use: YAML reads both as letters, and nobody types them.
const opening = "\ue000";
const closing = "\ue001";

/** Deeper values are no destinations. YAML's aliases can make a value that contains itself. */
const deepest = 20;

/**
 * The text of the operator's file, to be parsed: YAML takes the braces of `[${NEW}, ${OLD}]` for a map, unless they are
 * marked before. Lines and columns stay the same but for a column less at each placeholder before.
 */
export function markPlaceholders(text: string): string {
  return text.replaceAll(/\$\{([^{}"'\r\n]*)\}/g, `${opening}$1${closing}`);
}

/** The parsed value with its `${…}` as they were written. */
export function unmarkPlaceholders(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return unmark(value);
  if (typeof value !== "object" || value === null || depth === deepest) return value;
  if (Array.isArray(value)) return value.map((item) => unmarkPlaceholders(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [unmark(name), unmarkPlaceholders(member, depth + 1)]),
  );
}

function unmark(text: string): string {
  return text.includes(opening) ? text.replaceAll(opening, "${").replaceAll(closing, "}") : text;
}
