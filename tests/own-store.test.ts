import { describe, expect, spyOn, test } from "bun:test";
import { appendFileSync, readFileSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { materialization } from "runless/core";
import { createApp } from "runless/http";
import { eventLogContract } from "runless/storage/testing";
import { JsonLinesEventLog } from "../examples/own-store/json-lines-log.ts";
import { temporaryFolder } from "./server.ts";

const newPath = () => join(temporaryFolder(), "events.jsonl");
const now = Date.now;

eventLogContract({ describe, test }, "a log on a file of JSON lines", ({ now }) =>
  JsonLinesEventLog.open(newPath(), { now }),
);

describe("a log on a file of JSON lines, opened again,", () => {
  test("has what it had: events, idempotency keys, wipes and its id", async () => {
    const path = newPath();
    const log = await JsonLinesEventLog.open(path, { now });
    const keyed = { event: materialization("a", { metadata: { rows: 5 } }), idempotencyKey: "k" };
    await log.append([[keyed], [{ event: materialization("b") }], [{ event: materialization("c") }]]);
    await log.wipe({ assetKey: ["b"] }, "me");
    const [before, id] = [await log.query({}, { order: "asc", limit: 10 }), await log.id()];
    await log.close();

    const again = await JsonLinesEventLog.open(path, { now });
    expect(await again.query({}, { order: "asc", limit: 10 })).toEqual(before);
    expect(await again.id()).toBe(id);
    expect(await again.append([[keyed]])).toEqual([{ status: "recorded", events: [{ id: 1, duplicate: true }] }]);
    await again.close();
  });

  test("drops a line that a crash cut off, and writes on behind the last whole one", async () => {
    const path = newPath();
    const log = await JsonLinesEventLog.open(path, { now });
    await log.append([[{ event: materialization("a") }]]);
    await log.append([[{ event: materialization("b") }]]);
    await log.close();
    truncateSync(path, readFileSync(path).length - 5);

    const again = await JsonLinesEventLog.open(path, { now });
    await again.append([[{ event: materialization("c") }]]);
    const { events } = await again.query({}, { order: "asc", limit: 10 });
    expect(events.map(({ id, assetKey }) => [id, ...assetKey])).toEqual([
      [1, "a"],
      [2, "c"],
    ]);
    await again.close();
  });

  test("refuses a file of something else", async () => {
    const path = newPath();
    appendFileSync(path, "some-id\nno JSON\n");
    await expect(JsonLinesEventLog.open(path, { now })).rejects.toThrow("line 1 column 1");
  });
});

test("a group whose write fails is recorded neither in part nor later", async () => {
  const path = newPath();
  const log = await JsonLinesEventLog.open(path, { now });
  const append = (key: string) => log.append([[{ event: materialization(key) }]]);
  await append("before");
  const handle = await open(path);
  const write = spyOn(Object.getPrototypeOf(handle), "datasync");
  await handle.close();
  write.mockImplementation(() => Promise.reject(new Error("no space left on device")));
  const group = await Promise.allSettled([append("a"), log.wipe({ assetKey: ["before"] }, null), append("b")]);
  expect(group.map((one) => one.status === "rejected" && one.reason.code)).toEqual(Array(3).fill("unavailable"));
  write.mockRestore();
  await append("after");
  const read = async (of: JsonLinesEventLog) =>
    (await of.query({}, { order: "asc", limit: 10 })).events.map(({ id, assetKey }) => [id, ...assetKey]);
  expect(await read(log)).toEqual([
    [1, "before"],
    [2, "after"],
  ]);
  await log.close();
  const again = await JsonLinesEventLog.open(path, { now });
  expect(await read(again)).toEqual([
    [1, "before"],
    [2, "after"],
  ]);
  await again.close();
});

test("an app takes it as it is, pages and metrics too", async () => {
  const log = await JsonLinesEventLog.open(newPath(), { now });
  const { fetch } = createApp({ log });
  const ask = async (path: string, init?: RequestInit) => fetch(new Request(`http://localhost${path}`, init));
  expect((await ask("/report_asset_materialization/a?partition=p", { method: "POST" })).status).toBe(200);
  for (const path of ["/", "/assets/a", "/events", "/checks", "/api/v1/assets", "/metrics", "/ready"]) {
    expect([path, (await ask(path)).status]).toEqual([path, 200]);
  }
  await log.close();
});
