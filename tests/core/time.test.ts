import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseTime } from "../../core/index.ts";
import { always } from "./arbitraries.ts";

describe("a time", () => {
  test.each([
    ["2026-11-23T03:00:00Z", "2026-11-23T03:00:00.000Z"],
    ["2026-11-23T03:00Z", "2026-11-23T03:00:00.000Z"],
    ["2026-11-23t03:00:00.1z", "2026-11-23T03:00:00.100Z"],
    ["2026-11-23T03:00:00+02:00", "2026-11-23T01:00:00.000Z"],
    ["2026-11-23T03:00:00-0530", "2026-11-23T08:30:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["-000001-01-01T00:00:00Z", "-000001-01-01T00:00:00.000Z"],
    ["1577836800", "2020-01-01T00:00:00.000Z"],
    ["0", "1970-01-01T00:00:00.000Z"],
  ])("is read: %s is %s", (text, iso) => {
    expect(new Date(parseTime(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  test.each([
    ["2026-11-23T03:00:00.123456789Z", Date.UTC(2026, 10, 23, 3, 0, 0, 123)],
    ["2026-11-23T03:00:00.9999Z", Date.UTC(2026, 10, 23, 3, 0, 0, 999)],
    ["1.001", 1001],
    ["1.0019", 1001],
    ["1700000000.9999", 1_700_000_000_999],
    ["-1.5", -1500],
    ["-0.0001", -1],
    ["-0", 0],
  ])("is cut to milliseconds, towards the past: %s is %d", (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });

  test.each([
    "",
    "yesterday",
    "2026-11-23",
    "2026-11-23T03:00:00",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T03:60:00Z",
    "2026-11-23T03:00:00+24:00",
    "-000000-01-01T00:00:00Z",
    "+275761-01-01T00:00:00Z",
    "8640000000001",
    "1e3",
    "NaN",
    " 1",
  ])("is refused: %p", (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  test("comes back from what it was written as", () => {
    always(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        expect(parseTime(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });
});
