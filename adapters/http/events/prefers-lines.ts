import type { Context } from "hono";
import { accepts } from "hono/accepts";

const [json, lines] = ["application/json", "application/x-ndjson"] as const;

/** Whether the caller asks for lines by name, and wants JSON no more than them. */
export function prefersLines(c: Context): boolean {
  const chosen = accepts(c, {
    header: "Accept",
    supports: [json, lines],
    default: json,
    // In place of hono's own, which goes by the order between equals and takes no */* for a wish.
    match: (ranges) => {
      const wish = (type: string) => ranges.find((range) => range.type.toLowerCase() === type)?.q;
      const ofLines = wish(lines) ?? 0;
      const ofJson = wish(json) ?? wish("application/*") ?? wish("*/*") ?? 0;
      return ofLines > 0 && ofLines >= ofJson ? lines : json;
    },
  });
  return chosen === lines;
}
