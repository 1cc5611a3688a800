import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization, observation } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";

const day = 24 * 60 * 60 * 1000;

describe.each([...runtimes])("a %s server with --retain-days", (runtime) => {
  test("deletes what has expired by itself, each kind in its time, and keys in theirs", async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "old.db")}`;
    let age = 10;
    const log = await openEventLog({ url: databaseUrl, now: () => Date.now() - age * day });
    const keyed = { event: materialization("a", { description: "first" }), idempotencyKey: "k" };
    await log.append([[keyed]]);
    for (age of [9, 4, 2, 0]) await log.append([[{ event: materialization("a") }, { event: observation("a") }]]);
    await log.close();

    const args = ["--retain-days", "8", "--retain-days-observations", "3"];
    const server = await startServer(runtime, { databaseUrl, args });
    // Events 1 and 2 are older than 8 days, observations 3 and 5 older than 3.
    await until(async () => (await idsOf(server.url)).length === 5);
    expect(await idsOf(server.url)).toEqual([4, 6, 7, 8, 9]);
    await until(async () => server.output().includes("events have expired"));
    const asset = await (await fetch(`${server.url}/api/v1/assets/a`)).json();
    expect(asset).toMatchObject({ counts: { materializations: 3, observations: 2 } });
    // The key is older than its seven days, so that other content under it is no conflict.
    const again = await fetch(`${server.url}/report_asset_materialization/a`, {
      method: "POST",
      headers: { "idempotency-key": "k" },
    });
    expect(again.status).toBe(200);
    expect(await server.stop()).toBe(0);
  }, 30_000);

  test("without it every event stays", async () => {
    const databaseUrl = `file:${join(temporaryFolder(), "old.db")}`;
    const log = await openEventLog({ url: databaseUrl, now: () => 0 });
    for (let i = 0; i < 3; i++) await log.append([[{ event: materialization("a"), idempotencyKey: String(i) }]]);
    await log.close();
    const server = await startServer(runtime, { databaseUrl });
    const report = () =>
      fetch(`${server.url}/report_asset_materialization/a?description=other`, {
        method: "POST",
        headers: { "idempotency-key": "0" },
      });
    // That its key is free says that the deleting of old keys has been there, and of old events behind it.
    await until(async () => (await report()).status === 200);
    expect(await idsOf(server.url)).toEqual([1, 2, 3, 4]);
    await server.stop();
  }, 30_000);
});

async function idsOf(url: string): Promise<readonly number[]> {
  const answer = await fetch(`${url}/api/v1/events?order=asc`);
  const { events } = (await answer.json()) as { readonly events: readonly { readonly id: number }[] };
  return events.map(({ id }) => id);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
