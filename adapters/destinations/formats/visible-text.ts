/** Characters that end lines, control terminals, or turn the direction in which the rest is read. */
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** A text as one line. What is longer than `most` ends with an ellipsis; `write` gives the text that is measured. */
export function visibleText(text: string, most: number, write: (text: string) => string = (part) => part): string {
  // A bounded part is looked at, however long a key or description is.
  const line = text
    .slice(0, most + 1)
    .toWellFormed()
    .replace(unseen, " ")
    .trim();
  if (text.length <= most && write(line).length <= most) return line;
  let end = Math.min(line.length, most);
  while (end > 0 && write(line.slice(0, end)).length > most - 1) end--;
  const isSplit = /[\ud800-\udbff]/.test(line.charAt(end - 1));
  return `${line.slice(0, isSplit ? end - 1 : end).trimEnd()}…`;
}

/** In UTC, to the minute: `2026-11-30 06:00 UTC`. */
export function utcTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -8).replace("T", " ")} UTC`;
}

/** For HTML, in text and in attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
