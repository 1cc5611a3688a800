import { expect, test } from "bun:test";
import {
  cronSchedule,
  evaluateFreshness,
  type FreshnessPolicy,
  InvalidRuleError,
  parseDuration,
} from "../../../core/freshness/index.ts";

const day = 86_400_000;
const ticksOf = (expression: string, zone: string, from: string, days = 1) => {
  const schedule = cronSchedule(expression, zone);
  const ticks: string[] = [];
  const start = Date.parse(from);
  for (let at = schedule.after(start - 1); at !== null && at < start + days * day; at = schedule.after(at)) {
    ticks.push(new Date(at).toISOString().slice(0, 16));
  }
  return ticks;
};

test("fixed times that clocks skip come at the first moment after the gap", () => {
  expect(ticksOf("30 2 * * *", "America/New_York", "2026-03-08T05:00Z")).toEqual(["2026-03-08T07:00"]);
  expect(ticksOf("0 0 * * *", "America/Santiago", "2026-09-06T00:00Z")).toEqual(["2026-09-06T04:00"]);
  expect(ticksOf("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00Z")).toEqual(["2026-10-03T15:30"]);
  // A gap that ends at midnight.
  expect(ticksOf("15 23 * * *", "America/Nuuk", "2026-03-28T12:00Z", 2)).toEqual([
    "2026-03-29T01:00",
    "2026-03-30T00:15",
  ]);
  expect(ticksOf("30 2,14 * * *", "Europe/Berlin", "2026-03-28T23:00Z")).toEqual([
    "2026-03-29T01:00",
    "2026-03-29T12:30",
  ]);
});

test("fixed times that clocks repeat come once, and wildcards by elapsed time", () => {
  expect(ticksOf("30 1 * * *", "America/New_York", "2026-11-01T04:00Z")).toEqual(["2026-11-01T05:30"]);
  expect(ticksOf("0 1-2 * * *", "Europe/Berlin", "2026-10-24T22:00Z")).toEqual([
    "2026-10-24T23:00",
    "2026-10-25T00:00",
  ]);
  expect(ticksOf("30 * * * *", "America/New_York", "2026-11-01T05:00Z").slice(0, 3)).toEqual([
    "2026-11-01T05:30",
    "2026-11-01T06:30",
    "2026-11-01T07:30",
  ]);
  expect(ticksOf("0 * * * *", "Europe/Berlin", "2026-03-28T23:00Z").length).toBe(24);
});

test("the latest tick and the next one are neighbours, whatever the moment", () => {
  for (const zone of [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
  ]) {
    for (const expression of ["30 2 * * *", "0 * * * *", "*/20 1-3 * * *", "0 1,2,3 * * 0", "30 0 1,15 * *"]) {
      const schedule = cronSchedule(expression, zone);
      for (const from of [
        "2026-03-07",
        "2026-03-28",
        "2026-04-04",
        "2026-09-05",
        "2026-10-03",
        "2026-10-24",
        "2026-10-31",
      ]) {
        const end = Date.parse(`${from}T00:00Z`) + 3 * day;
        let tick = schedule.after(end - 3 * day);
        while (tick !== null && tick < end) {
          const next = schedule.after(tick);
          if (next === null) throw new Error(`${expression} ends`);
          for (const at of [tick, tick + 1, next - 1]) {
            expect([schedule.atOrBefore(at), schedule.after(at)], `${expression} ${zone} ${at}`).toEqual([tick, next]);
          }
          tick = next;
        }
      }
    }
  }
});

test("expressions that are none are refused with what to write", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["0 6 31 2 *", /never/],
    ["0 0 31 4,6,9,11 *", /never/],
    ["0 0 6 * * 1", /6 fields.*seconds/],
    ["0 6 * *", /4 fields/],
    ["", /0 fields/],
    ["daily", /one field/],
    ["@reboot", /@daily/],
    ["0 ? * * *", /write \* instead/],
    ["60 * * * *", /minute/],
    ["0 6 * * MO", /no cron expression/],
    ["5/10 * * * *", /no cron expression/],
    ["2026-01-01T00:00:00Z", /one field/],
    ["0 22-2 * * *", /no cron expression/],
  ];
  for (const [expression, message] of wrong) {
    expect(() => cronSchedule(expression, "UTC"), expression).toThrow(message);
    expect(() => cronSchedule(expression, "UTC"), expression).toThrow(InvalidRuleError);
  }
  for (const zone of ["", " ", "+02:00", "-0300", "UTC+1", "GMT-5", "Z", "Mars/Olympus", "02:00"]) {
    expect(() => cronSchedule("0 6 * * *", zone), zone).toThrow(/IANA/);
  }
  for (const zone of ["+02:00", "-0300", "UTC+1", "GMT-5", "02:00"]) {
    expect(() => cronSchedule("0 6 * * *", zone), zone).toThrow(/is an offset/);
  }
  for (const zone of ["UTC", "Etc/GMT+5", "Europe/Berlin", "europe/berlin"])
    expect(cronSchedule("0 6 * * *", zone)).toBeDefined();
});

test("policies that can't be are refused with the field", () => {
  const facts = { lastAt: null, definedAt: null, now: 0 };
  const window = { type: "time_window", fail_window: "24h" } as const;
  const cron = { type: "cron", deadline_cron: "0 6 * * *", lower_bound_delta: "6h" } as const;
  const wrong: readonly (readonly [FreshnessPolicy, string])[] = [
    [{ ...window, fail_window: "1 day" }, "fail_window"],
    [{ ...window, fail_window: "0s" }, "fail_window"],
    [{ ...window, warn_window: "24h" }, "warn_window"],
    [{ ...window, warn_window: "25h" }, "warn_window"],
    [{ ...window, lookback: 0 }, "lookback"],
    [{ ...window, lookback: 401 }, "lookback"],
    [{ ...window, early: "-1h" }, "early"],
    [{ ...window, counts: [] }, "counts"],
    [{ ...window, timezone: "+01:00" }, "timezone"],
    [{ ...cron, deadline_cron: "0 6 30 2 *" }, "deadline_cron"],
    [{ ...cron, lower_bound_delta: "soon" }, "lower_bound_delta"],
    [{ ...cron, grace: "15" }, "grace"],
    [{ ...cron, timezone: "" }, "timezone"],
  ];
  for (const [policy, field] of wrong) {
    expect(() => evaluateFreshness(policy, facts), JSON.stringify(policy)).toThrow(expect.objectContaining({ field }));
  }
});

test("durations are whole units, the greatest first", () => {
  expect(["90s", "15m", "20h", "7d", "2w", "1d12h", "1h30m5s"].map(parseDuration)).toEqual([
    90_000, 900_000, 72_000_000, 604_800_000, 1_209_600_000, 129_600_000, 5_405_000,
  ]);
  for (const text of ["", "5", "1.5h", "h", "12h1d", "1h 30m", "-1h", "99999d", "1y", "PT1H"]) {
    expect(parseDuration(text), text).toBeUndefined();
  }
});
