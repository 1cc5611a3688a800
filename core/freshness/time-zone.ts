const hour = 3_600_000;
const day = 24 * hour;

/** Offsets are looked up at the ends of spans of this length. No zone has ever changed its offset and back within one. */
const span = 6 * hour;

/**
 * The local times of one zone. A wall-clock time is in milliseconds: the instant at which clocks in UTC show that time.
 */
export interface TimeZone {
  readonly name: string;
  /** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
  offsetAt(instant: number): number;
  /** The instants at which clocks show this time, earlier first: none if clocks skip it, two if they repeat it. */
  instantsOf(wallClock: number): readonly number[];
  /** The first instant at which clocks show this time. If they skip it, the instant at which they do. */
  firstInstantOf(wallClock: number): number;
}

const zones = new Map<string, TimeZone>();
/** The IANA list has 600 names. There may be more here, since callers may write them in any case. */
const mostZones = 1000;
/** For one zone. They cover five years. */
const mostOffsets = 8_000;

/**
 * What is wrong with the name of a zone, as a sentence that says what to write. Undefined if it is right. An offset is
 * refused, because Deno and Bun accept one and Node 20 does not. An empty name is refused, because it would mean the
 * machine's zone.
 */
export function timeZoneProblem(name: string): string | undefined {
  if (typeof name === "string" && name.trim() === "")
    return "the time zone is empty: write an IANA name, as Europe/Berlin, or UTC";
  if (/^[+-]?\d|^(?:utc|gmt|z)?[+-]\d/i.test(name)) {
    return `${name} is an offset: write an IANA time zone, as Europe/Berlin, which knows its summer time, or UTC`;
  }
  return timeZone(name) === undefined
    ? `there is no time zone ${name}: write an IANA name, as Europe/Berlin, or UTC`
    : undefined;
}

/** The zone with an IANA name, in any case. Undefined if there is none. */
export function timeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = formatOf(name);
  if (format === undefined) return undefined;
  if (zones.size >= mostZones) zones.clear();
  const zone = createTimeZone(name, format);
  zones.set(name, zone);
  return zone;
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
}

function createTimeZone(name: string, format: Intl.DateTimeFormat): TimeZone {
  const atSpans = new Map<number, number>();

  function offsetAtSpan(index: number): number {
    const known = atSpans.get(index);
    if (known !== undefined) return known;
    if (atSpans.size >= mostOffsets) atSpans.clear();
    const offset = readOffset(format, index * span);
    atSpans.set(index, offset);
    return offset;
  }

  function offsetAt(instant: number): number {
    const index = Math.floor(instant / span);
    const before = offsetAtSpan(index);
    return before === offsetAtSpan(index + 1) ? before : readOffset(format, instant);
  }

  // A day is more than any offset, so a change near this time is between the two.
  const around = (wallClock: number) => [offsetAt(wallClock - day), offsetAt(wallClock + day)] as const;

  function instantsOf(wallClock: number): readonly number[] {
    const [before, after] = around(wallClock);
    const candidates = before === after ? [before] : [Math.max(before, after), Math.min(before, after)];
    return candidates
      .map((offset) => wallClock - offset)
      .filter((instant) => instant + offsetAt(instant) === wallClock);
  }

  function firstInstantOf(wallClock: number): number {
    const [first] = instantsOf(wallClock);
    if (first !== undefined) return first;
    let low = wallClock - day;
    let high = wallClock + day;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (middle + offsetAt(middle) > wallClock) high = middle;
      else low = middle;
    }
    return high;
  }

  return { name, offsetAt, instantsOf, firstInstantOf };
}

function readOffset(format: Intl.DateTimeFormat, instant: number): number {
  const second = Math.floor(instant / 1000) * 1000;
  const parts = Object.fromEntries(format.formatToParts(second).map(({ type, value }) => [type, value]));
  const wallClock = new Date(0);
  const year = Number(parts.year);
  wallClock.setUTCFullYear(parts.era === "BC" ? 1 - year : year, Number(parts.month) - 1, Number(parts.day));
  wallClock.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return wallClock.getTime() - second;
}
