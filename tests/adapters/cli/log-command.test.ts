import { expect, test } from "bun:test";
import { readTime } from "../../../adapters/cli/log-command.ts";
import { readPartitionRange } from "../../../adapters/cli/reporting/report-input.ts";

const now = Date.UTC(2026, 10, 30, 5, 50);

test.each([
  ["24h", "2026-11-29T05:50:00.000Z"],
  ["90d", "2026-09-01T05:50:00.000Z"],
  ["30m", "2026-11-30T05:20:00.000Z"],
  ["90s", "2026-11-30T05:48:30.000Z"],
  ["2w", "2026-11-16T05:50:00.000Z"],
  ["yesterday", "2026-11-29T00:00:00.000Z"],
  ["Today", "2026-11-30T00:00:00.000Z"],
  ["2026-11-29", "2026-11-29T00:00:00Z"],
  ["2026-11-29T03:00:00+01:00", "2026-11-29T03:00:00+01:00"],
  ["1796017800", "1796017800"],
])("%s is read as %s", (text, time) => {
  expect(readTime(text, undefined, now)).toBe(time);
});

test.each(["", "soon", "2026-02-30", "2026-11", "24", "1.5h", "h", "-1d", "24 h", "tomorrow", "constructor"])(
  "%p is no time, or what it says",
  (text) => {
    if (/^\d+$/.test(text)) expect(readTime(text)).toBe(text);
    else expect(() => readTime(text)).toThrow("It must be a time (ISO 8601 with a zone");
  },
);

test("a range of dates has both of its ends, over the ends of months and years", () => {
  expect(readPartitionRange("2023-12-30..2024-01-02")).toEqual([
    "2023-12-30",
    "2023-12-31",
    "2024-01-01",
    "2024-01-02",
  ]);
  expect(readPartitionRange("2024-02-28..2024-03-01")).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
  expect(readPartitionRange("2026-09-01..2026-11-29").length).toBe(90);
  expect(readPartitionRange("2026-11-29")).toEqual(["2026-11-29"]);
});

test.each([
  ["2026-11-29..2026-09-01", "The first date must not be after the last"],
  ["2026-02-30..2026-03-01", "It must be the first and the last date"],
  ["2026-13-01", "It must be the first and the last date"],
  ["2026-09-01...2026-11-29", "It must be the first and the last date"],
  ["..", "It must be the first and the last date"],
  ["1900-01-01..2026-01-01", "and 10000 are the most at once"],
])("%s is no range of dates: %s", (text, problem) => {
  expect(() => readPartitionRange(text)).toThrow(problem);
});
