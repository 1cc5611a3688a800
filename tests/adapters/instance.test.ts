import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization, observation, RunlessInstance } from "../../adapters/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { temporaryFolder } from "../server.ts";

describe("RunlessInstance", () => {
  const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
  let instance: RunlessInstance;
  beforeAll(async () => {
    instance = await RunlessInstance.get({ databaseUrl });
  });
  afterAll(() => instance.close());

  test("records an event and answers it as it was recorded", async () => {
    const event = materialization("my_asset", { metadata: { rows: 5 }, partition: "2026-11-23" });
    const recorded = await instance.reportRunlessAssetEvent(event);
    expect(recorded).toEqual({ ...event, id: 1, timestamp: recorded.receivedAt, receivedAt: expect.any(Number) });
    expect(await instance.getLatestMaterializationEvent("my_asset")).toEqual(recorded as never);
  });

  test("has no latest materialization of an asset that was only observed, or never heard of", async () => {
    await instance.reportRunlessAssetEvent(observation("seen"));
    expect(await instance.getLatestMaterializationEvent("seen")).toBeUndefined();
    expect(await instance.getLatestMaterializationEvent(["never"])).toBeUndefined();
  });

  test("the latest materialization is the one that happened last, not the one that was reported last", async () => {
    await instance.reportRunlessAssetEvent(materialization("late", { timestamp: 2000, dataVersion: "new" }));
    await instance.reportRunlessAssetEvent(materialization("late", { timestamp: new Date(1000), dataVersion: "old" }));
    expect((await instance.getLatestMaterializationEvent("late"))?.tags["dagster/data_version"]).toBe("new");
  });

  test("records an event once under its idempotency key, and refuses another under it", async () => {
    const event = materialization("once");
    const first = await instance.reportRunlessAssetEvent(event, { idempotencyKey: "k" });
    expect(await instance.reportRunlessAssetEvent(event, { idempotencyKey: "k" })).toEqual(first);
    const other = instance.reportRunlessAssetEvent(materialization("once", { partition: "p" }), {
      idempotencyKey: "k",
    });
    await expect(other).rejects.toMatchObject({ code: "conflict" });
  });

  test("refuses an event that a program built by hand and that can't be read back", async () => {
    const event = materialization("by/hand");
    const broken = [
      { ...event, assetKey: [] },
      { ...event, timestamp: 9e15 },
      { ...event, metadata: { deep: JSON.parse("[".repeat(600) + "]".repeat(600)) } },
      { ...event, type: "MATERIALIZATION" as "ASSET_MATERIALIZATION" },
    ];
    for (const wrong of broken) {
      await expect(instance.reportRunlessAssetEvent(wrong)).rejects.toMatchObject({ code: "invalid_event" });
    }
    const metadata = { rows: 5 } as never; // a plain value where a typed one belongs
    expect((await instance.reportRunlessAssetEvent({ ...event, metadata })).metadata).toEqual({
      rows: { type: "int", rawValue: 5 },
    });
  });

  test.each([0, -1, 2.5, Number.POSITIVE_INFINITY])("refuses a limit of %p", async (limit) => {
    await expect(instance.fetchMaterializations("a", { limit })).rejects.toThrow(
      "The limit must be a whole number from 1",
    );
  });

  test("takes a null cursor, as a result gives it, for none", async () => {
    const empty = await instance.fetchMaterializations("nothing/here", { cursor: null });
    expect(empty).toMatchObject({ records: [], hasMore: false });
  });

  test("fetches an asset's materializations newest first, in pages, narrowed down", async () => {
    for (let day = 1; day <= 5; day++) {
      await instance.reportRunlessAssetEvent(materialization("a/b", { partition: `${day % 2}`, timestamp: day }));
      await instance.reportRunlessAssetEvent(observation("a/b"));
    }
    const first = await instance.fetchMaterializations("a/b", { limit: 3 });
    expect(first.records.map(({ timestamp }) => timestamp)).toEqual([5, 4, 3]);
    expect(first.hasMore).toBe(true);
    const second = await instance.fetchMaterializations(["a", "b"], { limit: 3, cursor: first.cursor ?? "" });
    expect(second.records.map(({ timestamp }) => timestamp)).toEqual([2, 1]);
    expect(second.hasMore).toBe(false);
    const odd = await instance.fetchMaterializations(
      { assetKey: "a/b", partition: "1", since: 2 },
      { ascending: true },
    );
    expect(odd.records.map(({ timestamp }) => timestamp)).toEqual([3, 5]);
  });

  test("opens the database that RUNLESS_DATABASE_URL names", async () => {
    const script = `import { RunlessInstance, materialization } from "./adapters/index.ts";
      const instance = await RunlessInstance.get();
      await instance.reportRunlessAssetEvent(materialization("from/elsewhere"));`;
    const url = `file:${join(temporaryFolder(), "other.db")}`;
    // It ends by itself, although nothing closes the instance.
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, "-e", script], {
      cwd: join(import.meta.dir, "../.."),
      env: { ...process.env, RUNLESS_DATABASE_URL: url },
      timeout: 10_000,
    });
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    const log = await openEventLog({ url });
    expect(await log.asset(["from", "elsewhere"])).toBeDefined();
    await log.close();
  });
});
