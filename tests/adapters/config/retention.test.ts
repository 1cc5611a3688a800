import { describe, expect, test } from "bun:test";
import { flagsHelp, resolveConfig } from "../../../adapters/config/config.ts";
import { expiryAt } from "../../../adapters/config/retention.ts";

const day = 24 * 60 * 60 * 1000;
const retentionOf = (...args: readonly string[]) => resolveConfig(args, {}).retention;

describe("retention", () => {
  test("keeps every event for ever unless it is asked not to, and keys for seven days", () => {
    expect(retentionOf()).toEqual({ events: {}, idempotencyKeys: 7 });
  });

  test("of --retain-days is of all events, traces of wipes among them", () => {
    expect(retentionOf("--retain-days", "90").events).toEqual({
      ASSET_MATERIALIZATION: 90,
      ASSET_OBSERVATION: 90,
      ASSET_CHECK_EVALUATION: 90,
      ASSET_WIPED: 90,
      FRESHNESS_STATE_CHANGE: 90,
    });
  });

  test.each([
    ["90", 90],
    ["90d", 90],
    ["2w", 14],
    ["36h", 1.5],
  ])("takes %s, as --expires of a token does", (text, days) => {
    expect(retentionOf("--retain-days-checks", text).events).toEqual({ ASSET_CHECK_EVALUATION: days });
  });

  test("of a kind goes before that of all, in both directions", () => {
    const args = ["--retain-days", "30", "--retain-days-materializations", "forever", "--retain-days-checks", "7"];
    const events = { ASSET_OBSERVATION: 30, ASSET_CHECK_EVALUATION: 7, ASSET_WIPED: 30, FRESHNESS_STATE_CHANGE: 30 };
    expect(retentionOf(...args).events).toEqual(events);
    expect(retentionOf("--retain-days-observations", "1").events).toEqual({ ASSET_OBSERVATION: 1 });
    expect(retentionOf("--retain-days-freshness", "9").events).toEqual({ FRESHNESS_STATE_CHANGE: 9 });
  });

  test.each([
    ["--retain-days", "0"],
    ["--retain-days-checks", "1.5"],
    ["--retain-days-observations", "never"],
    ["--retain-days-observations", "23h"],
    ["--retain-days-observations", ""],
    ["--retain-days", "100000"],
    ["--idempotency-days", "6"],
    ["--idempotency-days", "forever"],
  ])("%s refuses %s and says what to give", (flag, value) => {
    expect(() => retentionOf(flag, value)).toThrow(
      /must be from [17] to 36500 days, as (90 or 90d, or forever|7 or 7d)/,
    );
  });

  test("is explained by --help: days count from the receipt, and an import is one", () => {
    const lines = flagsHelp()
      .split("\n")
      .filter((line) => line.includes("--retain-days"));
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toContain("after they were received or imported");
  });

  test("becomes times that go by the clock", () => {
    const expiry = expiryAt(100 * day, { events: { ASSET_OBSERVATION: 30 }, idempotencyKeys: 7 });
    expect(expiry).toEqual({ events: { ASSET_OBSERVATION: 70 * day }, idempotencyKeys: 93 * day });
  });
});
