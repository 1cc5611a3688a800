import { describe, expect, test } from "bun:test";
import { calendarTicks } from "../../../core/freshness/calendar-ticks.ts";
import {
  cronSchedule,
  expectedPartitions,
  InvalidRuleError,
  type Partitions,
  partitionWindow,
} from "../../../core/freshness/index.ts";
import { timeZone } from "../../../core/freshness/time-zone.ts";

const hour = 3_600_000;
const day = 24 * hour;
const zones = Intl.supportedValuesOf("timeZone");
const start = Date.parse("2026-01-01T00:00:00Z");

/** The days of 2026 on which a zone's clocks change, and two on which they do not. */
function sampleDays(zone: string): readonly number[] {
  const offset = (at: number) => timeZone(zone)?.offsetAt(at);
  const days = Array.from({ length: 365 }, (_, i) => start + i * day);
  const changes = days.filter((at) => offset(at) !== offset(at + day));
  return [start + 40 * day, ...changes, start + 200 * day];
}

describe("windows tile time, with names of their own, in every zone", () => {
  test("of hours and days around changes of the clock", () => {
    expect(zones.length).toBeGreaterThan(400);
    for (const timezone of zones) {
      for (const middle of sampleDays(timezone)) {
        const range = { from: middle - 1.5 * day, until: middle + 1.5 * day, now: start + 400 * day };
        for (const type of ["hourly", "daily"] as const) expectTiles({ type, start: "2025-12-01", timezone }, range);
      }
    }
  });

  test("of weeks and months over two years", () => {
    const range = { from: start, until: start + 730 * day, now: start + 800 * day };
    for (const timezone of zones) {
      for (const type of ["weekly", "monthly"] as const) expectTiles({ type, start: "2025-12-01", timezone }, range);
    }
  });

  test("of a cron expression, of times that are skipped or repeated too", () => {
    for (const timezone of [
      "Europe/Berlin",
      "America/Santiago",
      "Australia/Lord_Howe",
      "Africa/Cairo",
      "America/Havana",
    ]) {
      for (const middle of sampleDays(timezone)) {
        const range = { from: middle - 1.5 * day, until: middle + 1.5 * day, now: start + 400 * day };
        for (const cron of ["*/30 * * * *", "30 0,1,2,3 * * *", "0 */3 * * *", "15 2 * * *"]) {
          expectTiles({ type: "cron", cron, start: "2025-12-01", timezone, fmt: "%Y-%m-%d-%H:%M" }, range);
        }
      }
    }
  });
});

function expectTiles(partitions: Partitions, range: { from: number; until: number; now: number }): void {
  const windows = expectedPartitions(partitions, range);
  const of = JSON.stringify(partitions);
  expect(windows.length, of).toBeGreaterThan(0);
  for (const [i, window] of windows.entries()) {
    const { start, end } = window;
    if (start === null || end === null || start >= end) throw new Error(`${of}: ${JSON.stringify(window)}`);
    if (i > 0 && windows[i - 1]?.end !== start) throw new Error(`${of}: a gap or an overlap at ${start}`);
  }
  expect(new Set(windows.map(({ partition }) => partition)).size, of).toBe(windows.length);
  // The first starts at the first tick in the range, and the next one after the last lies outside of it.
  expect(windows[0]?.start ?? 0, of).toBeGreaterThanOrEqual(range.from);
  expect(windows.at(-1)?.end ?? 0, of).toBeGreaterThanOrEqual(range.until);
  const first = windows[0];
  const middle = windows[Math.floor(windows.length / 2)];
  for (const window of [first, middle]) {
    if (window !== undefined) expect(partitionWindow(partitions, window.partition)).toEqual(window);
  }
}

test("calendars are the ticks of Dagster's cron expressions, in both directions, in zones that change at midnight too", () => {
  const expressions = { hourly: "0 * * * *", daily: "0 0 * * *", weekly: "0 0 * * 0", monthly: "0 0 1 * *" } as const;
  for (const zone of [
    "Europe/Berlin",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Pacific/Apia",
  ]) {
    for (const unit of ["hourly", "daily", "weekly", "monthly"] as const) {
      const [ours, crons] = [calendarTicks(unit, zone), cronSchedule(expressions[unit], zone)];
      for (const middle of sampleDays(zone)) {
        for (let at = middle - 2 * day; at < middle + 2 * day; at += 3.5 * hour) {
          expect(ours.after(at), `${unit} ${zone} ${at}`).toBe(crons.after(at));
          expect(ours.atOrBefore(at), `${unit} ${zone} ${at}`).toBe(crons.atOrBefore(at));
        }
      }
    }
  }
});

describe("the range", () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  const names = (partitions: Partitions, from: string | null, until: string | null, now: string) => {
    const range = { from: from === null ? null : at(from), until: until === null ? null : at(until), now: at(now) };
    return expectedPartitions(partitions, range).map(({ partition }) => partition);
  };
  const daily = { type: "daily", start: "2026-01-01" } as const;

  test("is of the windows' starts: from inclusive, until exclusive", () => {
    const now = "2026-02-01T00:00:00";
    expect(names(daily, "2026-01-05T00:00:00", "2026-01-07T00:00:00", now)).toEqual(["2026-01-05", "2026-01-06"]);
    expect(names(daily, "2026-01-05T00:00:01", "2026-01-07T00:00:01", now)).toEqual(["2026-01-06", "2026-01-07"]);
    expect(names(daily, "2025-01-05T00:00:00", "2026-01-02T00:00:00", now)).toEqual(["2026-01-01"]);
    expect(names(daily, null, null, "2026-01-01T23:59:59.999")).toEqual([]);
  });

  test("ends with the definition, and has as many more or fewer as end_offset says", () => {
    const now = "2026-01-05T12:00:00";
    const of = (rest: object) => names({ ...daily, ...rest }, null, null, now).at(-1);
    expect(of({})).toBe("2026-01-04");
    expect(of({ end: "2026-01-03" })).toBe("2026-01-02");
    expect(of({ end_offset: 2 })).toBe("2026-01-06");
    expect(of({ end_offset: -2 })).toBe("2026-01-02");
    expect(of({ end_offset: 2, end: "2026-01-06" })).toBe("2026-01-05");
    expect(of({ end_offset: -9 })).toBeUndefined();
  });

  test("starts as fmt, a date, a local time or a time with a zone says", () => {
    const now = "2026-03-01T00:00:00";
    const of = (start: string, rest: object = {}) =>
      names({ type: "hourly", timezone: "Asia/Kolkata", ...rest, start }, null, null, now)[0];
    expect(of("2026-01-02-03:00")).toBe("2026-01-02-03:00");
    expect(of("2026-01-02T03:10")).toBe("2026-01-02-04:00");
    expect(of("2026-01-02")).toBe("2026-01-02-00:00");
    expect(of("2026-01-01T18:30:00Z")).toBe("2026-01-02-00:00");
    expect(of("02.01.2026 05", { fmt: "%d.%m.%Y %H" })).toBe("02.01.2026 05");
    for (const start of ["2026", "2026-02-30", "yesterday", ""]) expect(() => of(start)).toThrow(InvalidRuleError);
  });

  test("does not matter to static partitions", () => {
    expect(names({ type: "static", keys: ["eu", "us"] }, "2030-01-01T00:00:00", null, "2026-01-01T00:00:00")).toEqual([
      "eu",
      "us",
    ]);
  });
});

test("a name is a partition's only as it is written", () => {
  const hourly = { type: "hourly", start: "2026-10-01", end: "2026-11-01", timezone: "Europe/Berlin" } as const;
  for (const name of ["2026-10-25-02:00+0100", "2026-10-25-02:00", "2026-10-31-23:00"]) {
    expect(partitionWindow(hourly, name)?.partition).toBe(name);
  }
  const others = [
    "2026-10-25-02:00+0200",
    "2026-10-25-03:00+0100",
    "2026-10-25-02:30",
    "2026-10-25",
    "2026-09-30-23:00",
    "2026-11-01-00:00",
    "",
  ];
  for (const name of others) expect(partitionWindow(hourly, name), name).toBeUndefined();
});

test("rules that can't be are refused with the field and what to write", () => {
  const range = { from: null, until: null, now: start };
  const wrong: readonly (readonly [Partitions, string, RegExp])[] = [
    [{ type: "daily", start: "2026-01-01", timezone: "" }, "timezone", /IANA/],
    [{ type: "daily", start: "2026-01-01", timezone: "+02:00" }, "timezone", /IANA/],
    [{ type: "daily", start: "2026-01-01", timezone: "UTC+2" }, "timezone", /IANA/],
    [{ type: "daily", start: "2026-01-01", timezone: "Europe/Berln" }, "timezone", /IANA/],
    [{ type: "daily", start: "2026-01-02", end: "2026-01-01" }, "end", /after start/],
    [{ type: "daily", start: "2026-01-01", fmt: "%Y-%m" }, "fmt", /%d/],
    [{ type: "daily", start: "2026-01-01", fmt: "%Y-%m-%d %p" }, "fmt", /%p/],
    [{ type: "daily", start: "2026-01-01", end_offset: 1.5 }, "end_offset", /whole number/],
    [{ type: "daily", start: "2026-01-01", end_offset: 401 }, "end_offset", /400/],
    [{ type: "cron", cron: "0 6 30 2 *", start: "2026-01-01" }, "cron", /never/],
    [{ type: "cron", cron: "*/5 * * * *", start: "2026-01-01", fmt: "%Y-%m-%d" }, "fmt", /two windows/],
    [{ type: "static", keys: Array.from({ length: 10_001 }, (_, i) => `k${i}`) }, "keys", /10001 .*10000/],
  ];
  for (const [partitions, field, message] of wrong) {
    const error = errorOf(() => expectedPartitions(partitions, range));
    expect(error, JSON.stringify(partitions).slice(0, 100)).toMatchObject({ code: "invalid_rule", field });
    expect(error?.message).toMatch(message);
  }
});

function errorOf(action: () => unknown): InvalidRuleError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidRuleError) return error;
    throw error;
  }
  return undefined;
}
