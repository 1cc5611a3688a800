const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** How long a span is, in milliseconds: `30m`, `24h`, `90d`, `2w`. Undefined for any other text. */
export function parseSpan(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

/** As `parseSpan`; a number alone is one of days. */
export function parseDays(text: string): number | undefined {
  return parseSpan(/^\d{1,6}$/.test(text) ? `${text}d` : text);
}
