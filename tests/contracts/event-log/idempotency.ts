import { expect } from "bun:test";
import { checkEvaluation, materialization, observation, parseJson, type RunlessEvent } from "../../../core/index.ts";
import type { NewEvent, UnitResult } from "../../../storage/event-log.ts";
import { appendUnit, duplicate, noon, type Promises, readIds, record, recorded } from "./harness.ts";

const keyed = (event: RunlessEvent, idempotencyKey = "k"): NewEvent => ({ event, idempotencyKey });

export function idempotencyContract(promises: Promises): void {
  promises("the same key with the same content is answered as the first time, and recorded once", async (subject) => {
    const { log, clock } = subject;
    const event = materialization("a", { metadata: { rows: 5 } });
    expect(await appendUnit(log, keyed(event))).toEqual(recorded(1));
    clock.now = noon + 60_000; // the time of receipt is not content
    expect(await appendUnit(log, keyed(event))).toEqual(duplicate(1));
    expect(await record(log, materialization("b"))).toEqual([2]);
    expect(await appendUnit(log, keyed(structuredClone(event)))).toEqual(duplicate(1));
    expect(await readIds(log)).toEqual([1, 2]);
    expect((await log.asset(["a"]))?.counts.materializations).toBe(1);
  });

  promises("the same key with other content is a conflict: nothing is recorded, no id is used", async ({ log }) => {
    await record(log, materialization("other"));
    await appendUnit(log, keyed(materialization("a", { partition: "p" })));
    const unit = [{ event: materialization("b") }, keyed(materialization("a", { partition: "q" }))];
    expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: 2 });
    expect(await log.asset(["b"])).toBeUndefined();
    expect(await record(log, materialization("c"))).toEqual([3]);
    expect(await readIds(log)).toEqual([1, 2, 3]);
  });

  promises("each field is content", async ({ log }) => {
    const options = {
      checkName: "c",
      passed: true,
      partition: "",
      description: "",
      metadata: { m: 1 },
      tags: { t: "" },
    };
    const changes = [
      { checkName: "d" },
      { passed: false },
      { severity: "WARN" },
      { partition: null },
      { description: null },
      { timestamp: noon },
      { dataVersion: "" },
      { tags: { t: "x" } },
      { tags: {} },
      { metadata: { m: 2 } },
      { metadata: { m: "1" } },
      { metadata: { m: 1, n: null } },
      { metadata: {} },
      { metadata: { m: { type: "float", rawValue: 1 } } },
    ] as const;
    await appendUnit(log, keyed(checkEvaluation("a", options)));
    for (const change of changes) {
      const result = await appendUnit(log, keyed(checkEvaluation("a", { ...options, ...change })));
      expect([change, result]).toEqual([change, { status: "conflict", index: 0, id: 1 }]);
    }
    expect(await appendUnit(log, keyed(checkEvaluation("a", { ...options, severity: "ERROR" })))).toEqual(duplicate(1));
  });

  promises("a timestamp that was sent is content", async ({ log }) => {
    const at = (timestamp: number | null) => keyed(materialization("a", { timestamp }), `sent ${timestamp !== null}`);
    await appendUnit(log, at(noon));
    expect(await appendUnit(log, at(noon))).toEqual(duplicate(1));
    expect(await appendUnit(log, at(noon + 1))).toMatchObject({ status: "conflict", id: 1 });
    await appendUnit(log, at(null));
    const sent = keyed(materialization("a", { timestamp: noon }), "sent false"); // the moment that the first one took
    expect(await appendUnit(log, sent)).toMatchObject({ status: "conflict", id: 2 });
  });

  promises(
    "the order of names in tags, metadata and JSON is no content, the digits of numbers are",
    async ({ log }) => {
      const event = (json: string, tags: Record<string, string>) =>
        keyed(materialization("a", { tags, metadata: { json: parseJson(`[${json}]`), z: 1, "10": 1 } }));
      await appendUnit(log, event('{"b":1.0,"a":{"d":[1,2],"c":2}}', { x: "1", y: "2" }));
      expect(await appendUnit(log, event('{"a":{"c":2,"d":[1,2]},"b":1.0}', { y: "2", x: "1" }))).toEqual(duplicate(1));
      for (const other of ['{"b":1,"a":{"d":[1,2],"c":2}}', '{"b":1.0,"a":{"d":[2,1],"c":2}}']) {
        expect(await appendUnit(log, event(other, { x: "1", y: "2" }))).toMatchObject({ status: "conflict" });
      }
    },
  );

  promises("a key is scoped to the event's type and asset key", async ({ log }) => {
    const events = [
      materialization(["a", "b"]),
      observation(["a", "b"]),
      checkEvaluation(["a", "b"], { checkName: "c", passed: true }),
      materialization(["a/b"]),
      materialization(["a"]),
      materialization(["a", "b", ""]),
      materialization(["A", "b"]),
      materialization(["a\u0000b"]),
    ];
    const ids = events.map((_, i) => i + 1);
    expect(await log.append(events.map((event) => [keyed(event)]))).toEqual(ids.map((id) => recorded(id)));
    expect(await log.append(events.map((event) => [keyed(event)]))).toEqual(ids.map((id) => duplicate(id)));
  });

  promises("any string is a key, and another one is another key", async ({ log }) => {
    const long = "x".repeat(100_000);
    const keys = ["", " ", "k", "K", "k ", "k\u0000", "k\u0000l", "\u0000", "é", "e\u0301", "\u{1f600}", "\ufffd"];
    keys.push("__proto__", "1", "1.0", "null", "'", '"', "%", long, `${long}y`);
    const ids = keys.map((_, i) => i + 1);
    const units = keys.map((key) => [keyed(materialization("a"), key)]);
    expect(await log.append(units)).toEqual(ids.map((id) => recorded(id)));
    expect(await log.append(units)).toEqual(ids.map((id) => duplicate(id)));
  });

  promises("a lone surrogate in a key counts as U+FFFD", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "k\ud800"));
    expect(await appendUnit(log, keyed(materialization("a"), "k\ufffd"))).toEqual(duplicate(1));
  });

  promises("a unit of duplicates and new events records the new ones", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a")));
    const unit = [{ event: materialization("b") }, keyed(materialization("a")), keyed(materialization("b"))];
    expect(await appendUnit(log, ...unit)).toEqual({
      status: "recorded",
      events: [
        { id: 2, duplicate: false },
        { id: 1, duplicate: true },
        { id: 3, duplicate: false },
      ],
    });
    expect(await readIds(log)).toEqual([1, 2, 3]);
  });

  promises("a twin in the same unit is a duplicate of the first", async ({ log }) => {
    const unit = [keyed(materialization("a")), { event: materialization("b") }, keyed(materialization("a"))];
    expect(await appendUnit(log, ...unit)).toEqual({
      status: "recorded",
      events: [
        { id: 1, duplicate: false },
        { id: 2, duplicate: false },
        { id: 1, duplicate: true },
      ],
    });
    expect(await readIds(log)).toEqual([1, 2]);
  });

  promises(
    "a twin in the same unit with other content is a conflict, and none of the unit is recorded",
    async (subject) => {
      const { log } = subject;
      const unit = [keyed(materialization("a")), keyed(materialization("a", { partition: "p" }))];
      expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: null });
      expect(await readIds(log)).toEqual([]);
      expect(await log.asset(["a"])).toBeUndefined();
      expect(await appendUnit(log, keyed(materialization("a", { partition: "p" })))).toEqual(recorded(1));
    },
  );

  promises(
    "twins in the units of one call are answered by the first, and a conflict harms no other unit",
    async (subject) => {
      const { log } = subject;
      const event = materialization("a");
      const other = materialization("a", { description: "other" });
      const results = await log.append([
        [keyed(event)],
        [keyed(event)],
        [{ event }, keyed(other)],
        [{ event: other }],
        [keyed(event), keyed(other, "second")],
      ]);
      expect(results).toEqual([
        recorded(1),
        duplicate(1),
        { status: "conflict", index: 1, id: 1 },
        recorded(2),
        {
          status: "recorded",
          events: [
            { id: 1, duplicate: true },
            { id: 3, duplicate: false },
          ],
        },
      ]);
      expect(await readIds(log)).toEqual([1, 2, 3]);
    },
  );

  promises("a unit that conflicts leaves its other keys free", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "taken"));
    const conflict = [keyed(materialization("b"), "free"), keyed(observation("b"), "free")];
    const results = await log.append([
      [...conflict, keyed(materialization("a", { partition: "p" }), "taken")],
      [keyed(materialization("b", { partition: "p" }), "free")],
    ]);
    expect(results).toEqual([{ status: "conflict", index: 2, id: 1 }, recorded(2)]);
    expect(await appendUnit(log, keyed(observation("b", { partition: "p" }), "free"))).toEqual(recorded(3));
  });

  promises("the first conflict of a unit is the one it is answered with", async ({ log }) => {
    await log.append([[keyed(materialization("a"))], [keyed(materialization("b"))]]);
    const unit = ["c", "b", "a"].map((key) => keyed(materialization(key, { partition: "p" })));
    expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: 2 });
  });

  promises("of concurrent twins the first is recorded, and all are answered with its id", async ({ log }) => {
    const event = materialization("a");
    const results = await Promise.all(Array.from({ length: 50 }, () => appendUnit(log, keyed(event))));
    expect(results).toEqual([recorded(1), ...Array.from({ length: 49 }, () => duplicate(1))]);
    expect(await readIds(log)).toEqual([1]);
  });

  promises(
    "of concurrent twins with different contents the first is recorded, the others conflict with it",
    async ({ log }) => {
      const events = Array.from({ length: 50 }, (_, i) => materialization("a", { metadata: { i } }));
      const results = await Promise.all(events.map((event) => appendUnit(log, keyed(event))));
      const conflict: UnitResult = { status: "conflict", index: 0, id: 1 };
      expect(results).toEqual([recorded(1), ...Array.from({ length: 49 }, () => conflict)]);
      expect(await readIds(log)).toEqual([1]);
    },
  );

  promises("an event that was recorded without a key is no twin", async ({ log }) => {
    const event = materialization("a", { timestamp: noon });
    await record(log, event);
    expect(await appendUnit(log, keyed(event))).toEqual(recorded(2));
  });
}
