import { checkEvaluation, materialization, observation, parseJson } from "../../../core/index.ts";
import type { EventFilter } from "../../event-log.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import {
  appendUnit,
  type DeclareTest,
  duplicate,
  idsOf,
  keyed,
  readIds,
  readPages,
  record,
  recorded,
} from "./harness.ts";

export function idempotencyContract(declareTest: DeclareTest): void {
  declareTest(
    "the same key with the same content is answered as the first time, and recorded once",
    async (subject) => {
      const { log, clock } = subject;
      const event = materialization("a", { metadata: { rows: 5 } });
      expect(await appendUnit(log, keyed(event))).toEqual(recorded(1));
      clock.now = noon + 60_000; // the time of receipt is not content
      expect(await appendUnit(log, keyed(event))).toEqual(duplicate(1));
      expect(await record(log, materialization("b"))).toEqual([2]);
      expect(await appendUnit(log, keyed(structuredClone(event)))).toEqual(duplicate(1));
      expect(await readIds(log)).toEqual([1, 2]);
      expect((await log.asset(["a"]))?.counts.materializations).toBe(1);
    },
  );

  declareTest("the same key with other content is a conflict, and nothing of the unit is recorded", async ({ log }) => {
    await record(log, materialization("other"));
    await appendUnit(log, keyed(materialization("a", { partition: "p" })));
    const unit = [{ event: materialization("b") }, keyed(materialization("a", { partition: "q" }))];
    expect(await appendUnit(log, ...unit)).toEqual({ status: "conflict", index: 1, id: 2 });
    expect(await log.asset(["b"])).toBeUndefined();
    const [next = 0] = await record(log, materialization("c"));
    expect(await readIds(log)).toEqual([1, 2, next]);
  });

  declareTest("each field is content", async ({ log }) => {
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

  declareTest("a timestamp that was sent is content", async ({ log }) => {
    const at = (timestamp: number | null) => keyed(materialization("a", { timestamp }), `sent ${timestamp !== null}`);
    await appendUnit(log, at(noon));
    expect(await appendUnit(log, at(noon))).toEqual(duplicate(1));
    expect(await appendUnit(log, at(noon + 1))).toMatchObject({ status: "conflict", id: 1 });
    const [id] = idsOf(await appendUnit(log, at(null)));
    const sent = keyed(materialization("a", { timestamp: noon }), "sent false"); // the moment that the first one took
    expect(await appendUnit(log, sent)).toMatchObject({ status: "conflict", id });
  });

  declareTest(
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

  declareTest("a key is scoped to the event's type and asset key", async ({ log }) => {
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

  declareTest("any string is a key, and another one is another key", async ({ log }) => {
    const long = "x".repeat(100_000);
    const keys = ["", " ", "k", "K", "k ", "k\u0000", "k\u0000l", "\u0000", "é", "e\u0301", "\u{1f600}", "\ufffd"];
    keys.push("__proto__", "1", "1.0", "null", "'", '"', "%", long, `${long}y`);
    const ids = keys.map((_, i) => i + 1);
    const units = keys.map((key) => [keyed(materialization("a"), key)]);
    expect(await log.append(units)).toEqual(ids.map((id) => recorded(id)));
    expect(await log.append(units)).toEqual(ids.map((id) => duplicate(id)));
  });

  declareTest("a lone surrogate in an idempotency key counts as U+FFFD", async ({ log }) => {
    await appendUnit(log, keyed(materialization("a"), "k\ud800"));
    expect(await appendUnit(log, keyed(materialization("a"), "k\ufffd"))).toEqual(duplicate(1));
  });

  declareTest("an event that was recorded without a key is no twin", async ({ log }) => {
    const event = materialization("a", { timestamp: noon });
    await record(log, event);
    expect(await appendUnit(log, keyed(event))).toEqual(recorded(2));
  });

  declareTest("a page tells the keys that its events were recorded with", async ({ log }) => {
    const event = materialization("a");
    await appendUnit(log, { event }, keyed(event, ""), keyed(event, "k\u0000\ud800"), keyed(event, ""));
    await appendUnit(log, keyed(event, "k\u0000\ufffd"), keyed(materialization("b"), "k"));
    const keysOf = async (filter: EventFilter) =>
      (await readPages(log, filter)).flatMap(({ idempotencyKeys }) =>
        [...idempotencyKeys].toSorted(([x], [y]) => x - y),
      );
    expect(await keysOf({})).toEqual([
      [2, ""],
      [3, "k\u0000\ufffd"],
      [4, "k"],
    ]);
    expect(await keysOf({ assetKey: ["b"] })).toEqual([[4, "k"]]);
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await keysOf({})).toEqual([[4, "k"]]);
  });
}
