import { expect, test } from "bun:test";
import { checkEvaluation, formatEvent, freshnessStateChange, materialization } from "../../../../core/index.ts";
import { type EventRow, encodeEvent, eventFromRow, field } from "../../../../storage/libsql/write/event-row.ts";

const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: 5, lastAt: null } as const;

/** The event as a read gives it, from the row that was written. */
function rowOf(event: Parameters<typeof encodeEvent>[0]): EventRow {
  const values = JSON.parse(encodeEvent(event));
  const names = ["key", "kind", "partition", "checkName", "passed", "severity", "timestamp", "details"] as const;
  const fields = Object.fromEntries(names.map((name) => [name, values[field[name]]]));
  return { ...fields, id: 7, receivedAt: 9, idempotencyKey: null } as EventRow; // the names above are all others
}

test.each([
  materialization("a/b", { partition: "p", timestamp: 1, metadata: { rows: 5 } }),
  checkEvaluation("a", { checkName: "fresh", passed: false, timestamp: 2 }),
  { ...freshnessStateChange(["a", "b/c"], "p", change), timestamp: 3 },
  { ...freshnessStateChange(["a"], null, { ...change, lastAt: 4 }), timestamp: 3, description: "late" },
])("an event is read as it was written: %j", (event) => {
  const read = eventFromRow(rowOf(event));
  expect(formatEvent(read)).toBe(formatEvent({ ...event, id: 7, timestamp: event.timestamp ?? 0, receivedAt: 9 }));
});

test("a change of freshness is stored as one object in its details", () => {
  const values = JSON.parse(encodeEvent(freshnessStateChange(["a"], null, change)));
  expect(values[field.kind]).toBe(5);
  expect(values[field.details]).toBe(
    '{"freshness":{"state":"FAIL","previous_state":"PASS","reason":"deadline","deadline":"1970-01-01T00:00:00.005Z","last_at":null}}',
  );
});
