/**
 * Escapes a text for a terminal or a log, so that reported text can't move the cursor or change the direction of the line.
 * Not in logger.ts, which takes a command longer to load than to run.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
