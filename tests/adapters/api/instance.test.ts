import { expect, test } from "bun:test";
import { join } from "node:path";
import { materialization, RunlessInstance } from "../../../adapters/index.ts";
import { createMemoryEventLog, openEventLog } from "../../../storage/index.ts";
import { runlessApiContract } from "../../contracts/runless-api.ts";
import { temporaryFolder } from "../../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

runlessApiContract("RunlessInstance in memory", async () => opened(new RunlessInstance(memory())));
runlessApiContract("RunlessInstance on a file", async () =>
  opened(await RunlessInstance.get({ databaseUrl: newFile() })),
);

function memory() {
  return createMemoryEventLog({ now: Date.now });
}

function opened(api: RunlessInstance) {
  return { api, close: () => api.close() };
}

test("an instance lets go of its log at the end of its scope", async () => {
  const log = memory();
  {
    await using instance = new RunlessInstance(log);
    await instance.reportRunlessAssetEvent(materialization("a"));
  }
  await expect(log.asset(["a"])).rejects.toMatchObject({ code: "closed" });
});

test("a conflict among several events says which one it is, and with what", async () => {
  await using instance = new RunlessInstance(memory());
  await instance.reportRunlessAssetEvent(materialization("a"), { idempotencyKey: "k" });
  const other = { event: materialization("a", { partition: "p" }), idempotencyKey: "k" };
  const after = instance.reportRunlessAssetEvents([materialization("b"), other]);
  await expect(after).rejects.toThrow(
    /index 1: The idempotency key "k" was sent before, recorded as event 1, with other content/,
  );
  const twin = { event: materialization("c"), idempotencyKey: "k" };
  const twins = instance.reportRunlessAssetEvents([twin, { ...twin, event: materialization("c", { partition: "p" }) }]);
  await expect(twins).rejects.toThrow(
    /index 1: The idempotency key "k" was sent earlier in the same call, with other content/,
  );
});

test("RunlessInstance.get opens the database that RUNLESS_DATABASE_URL names", async () => {
  const script = `import { RunlessInstance, materialization } from "./adapters/index.ts";
    const instance = await RunlessInstance.get();
    await instance.reportRunlessAssetEvent(materialization("from/elsewhere"));`;
  const url = newFile();
  // It ends by itself, although nothing closes the instance.
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "-e", script], {
    cwd: join(import.meta.dir, "../../.."),
    env: { ...process.env, RUNLESS_DATABASE_URL: url },
    timeout: 10_000,
  });
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  const log = await openEventLog({ url });
  expect(await log.asset(["from", "elsewhere"])).toBeDefined();
  await log.close();
});

test("an event that a program built by hand is refused where it could not be read back", async () => {
  await using instance = new RunlessInstance(memory());
  const event = materialization("by/hand");
  const broken = [
    { ...event, assetKey: [] },
    { ...event, timestamp: 9e15 },
    { ...event, metadata: { deep: JSON.parse("[".repeat(600) + "]".repeat(600)) } },
    { ...event, type: "MATERIALIZATION" as "ASSET_MATERIALIZATION" },
  ];
  for (const wrong of broken) {
    await expect(instance.reportRunlessAssetEvent(wrong)).rejects.toMatchObject({ code: "invalid_event" });
    await expect(instance.reportRunlessAssetEvents([wrong])).rejects.toMatchObject({ code: "invalid_event" });
  }
  const metadata = { rows: 5 } as never; // a plain value where a typed one belongs
  await instance.reportRunlessAssetEvent({ ...event, metadata });
  expect((await instance.getLatestMaterializationEvent("by/hand"))?.metadata).toEqual({
    rows: { type: "int", rawValue: 5 },
  });
});
