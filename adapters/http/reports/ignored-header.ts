import { logger } from "../../config/logger.ts";

const mostNames = 10;
const mostBytes = 1024;
const longestName = 100;
const andMore = encodeURIComponent("…");

/** At most 10 names and 1 kB, percent-encoded; what is left out, also of a long name, `%E2%80%A6` (…) stands for. */
export function ignoredHeader(names: readonly string[]): string {
  let text = "";
  for (const [i, name] of names.entries()) {
    const shown = i === 0 ? encodeName(name) : `, ${encodeName(name)}`;
    if (i === mostNames || text.length + shown.length + andMore.length + 2 > mostBytes) return `${text}, ${andMore}`;
    text += shown;
  }
  return text;
}

/** The names that such a header tells, whole or cut. */
export function namesIn(header: string | null): readonly string[] {
  const names = header?.split(", ").filter((name) => name !== andMore) ?? [];
  return names.map((name) => decodeURIComponent(name.endsWith(andMore) ? name.slice(0, -andMore.length) : name));
}

// A name may be as long as a body.
function encodeName(name: string): string {
  if (name.length <= longestName) return encodeURIComponent(name.toWellFormed());
  return encodeURIComponent(name.slice(0, longestName).toWellFormed()) + andMore;
}

const mostLogged = 100;
const logged = new Set<string>();

/** Says in the log that a report had such a field: once a name, for the first 100 names of the process. */
export function logIgnored(endpoint: string, names: readonly string[]): void {
  for (const full of names) {
    if (logged.size >= mostLogged) return;
    const name = full.slice(0, longestName).toWellFormed();
    if (logged.has(name)) continue;
    logged.add(name);
    logger.warn("a report has a field that its endpoint does not know, and it was ignored", { field: name, endpoint });
  }
}
