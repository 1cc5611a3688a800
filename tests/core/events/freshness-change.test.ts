import { expect, test } from "bun:test";
import { changeSentence, type FreshnessChange } from "../../../core/events/freshness-change.ts";

const at = Date.UTC(2026, 10, 30, 6);
const change: FreshnessChange = {
  state: "FAIL",
  previousState: "PASS",
  reason: "deadline",
  deadline: at,
  lastAt: null,
};

test.each<[Partial<FreshnessChange>, string]>([
  [{}, "PASS → FAIL, deadline 2026-11-30T06:00Z missed"],
  [{ deadline: at + 7_000 }, "PASS → FAIL, deadline 2026-11-30T06:00:07Z missed"],
  [{ deadline: null }, "PASS → FAIL, deadline missed"],
  [{ state: "WARN", reason: "window", lastAt: at }, "PASS → WARN, nothing came since 2026-11-30T06:00Z"],
  [{ reason: "window" }, "PASS → FAIL, nothing came"],
  [
    { previousState: "FAIL", state: "PASS", reason: "reported", lastAt: at },
    "FAIL → PASS, an event came at 2026-11-30T06:00Z",
  ],
  [
    { previousState: "FAIL", state: "UNKNOWN", reason: "no_longer_watched" },
    "FAIL → UNKNOWN, newer partitions are watched instead",
  ],
  [{ previousState: "UNKNOWN", reason: "initial" }, "UNKNOWN → FAIL, first evaluation of the policy"],
  [{ reason: "moved_away" as "wiped" }, "PASS → FAIL, moved away"],
])("a change in one line: %j", (more, sentence) => {
  expect(changeSentence({ ...change, ...more })).toBe(sentence);
});
