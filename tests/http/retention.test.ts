import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { materialization, observation } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { runCli } from "../adapters/cli/run-cli.ts";
import { type RunningServer, type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";

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
    let age = 10_000;
    const log = await openEventLog({ url: databaseUrl, now: () => Date.now() - age * day });
    for (let i = 0; i < 3; i++) await log.append([[{ event: materialization("a"), idempotencyKey: String(i) }]]);
    age = 0;
    await log.append([[{ event: observation("a") }]]);
    await log.close();
    const server = await startServer(runtime, { databaseUrl });
    const report = () =>
      fetch(`${server.url}/report_asset_materialization/a?description=other`, {
        method: "POST",
        headers: { "idempotency-key": "0" },
      });
    // That its key is free says that the deleting of old keys has been there, and of old events behind it.
    await until(async () => (await report()).status === 200);
    expect(await idsOf(server.url)).toEqual([1, 2, 3, 4, 5]);
    await server.stop();
  }, 30_000);
});

const preload = join(import.meta.dir, "../durability/clock.mjs");

/** A server whose clock is a year ahead, and for which an hour passes at a signal. */
function startYearAhead(runtime: Runtime, databaseUrl: string): Promise<RunningServer> {
  const load = runtime === "bun" ? { BUN_OPTIONS: `--preload ${preload}` } : { NODE_OPTIONS: `--import ${preload}` };
  const env = { ...load, CLOCK_HOURS_BEHIND: String(-365 * 24), CLOCK_PASSES: "yes" };
  return startServer(runtime, { databaseUrl, args: ["--retain-days", "30"], env });
}

async function clockAhead({ url }: RunningServer): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^runless_retention_clock_ahead_seconds (\S+)$/m.exec(metrics)?.[1]);
}

// Deno takes nothing to load first from its environment.
describe.each(runtimes.filter((runtime) => runtime !== "deno"))(
  "a %s server whose clock is a year ahead",
  (runtime) => {
    async function start() {
      const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
      const log = await openEventLog({ url: databaseUrl });
      for (const idempotencyKey of ["1", "2", "3"])
        await log.append([[{ event: materialization("a"), idempotencyKey }]]);
      await log.close();
      const server = await startYearAhead(runtime, databaseUrl);
      await until(async () => (await clockAhead(server)) > 0);
      return { databaseUrl, server };
    }

    test("deletes nothing, is ready, says so, and follows the clock once that has held for an hour", async () => {
      const { server, databaseUrl } = await start();
      expect(await clockAhead(server)).toBeWithin(364 * 86_400, 366 * 86_400);
      expect((await fetch(`${server.url}/ready`)).status).toBe(200);
      expect(server.output()).toMatch(
        /"level":"WARN","message":"the clock runs far ahead .* or runless prune --now say/,
      );
      // What is reported meanwhile proves nothing, also to the next start.
      await fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
      await server.stop();
      const again = await startYearAhead(runtime, databaseUrl);
      await until(async () => (await clockAhead(again)) > 0);
      expect(await idsOf(again.url)).toEqual([1, 2, 3, 4]);
      const report = (key: string) =>
        fetch(`${again.url}/report_asset_materialization/a?description=other`, {
          method: "POST",
          headers: { "idempotency-key": key },
        });
      expect((await report("1")).status).toBe(422);

      again.process.kill("SIGUSR2");
      await until(async () => (await clockAhead(again)) === 0);
      await until(async () => (await idsOf(again.url)).length === 1);
      expect((await report("1")).status).toBe(200);
      await again.stop();
    }, 60_000);

    test("follows it as soon as runless prune --now says that it is right", async () => {
      const { server, databaseUrl } = await start();
      // This machine's clock is right, so that the command says so of the server's by that one.
      const load = { BUN_OPTIONS: `--preload ${preload}`, CLOCK_HOURS_BEHIND: String(-365 * 24) };
      const prune = (...args: readonly string[]) =>
        runCli(["prune", "--retain-days", "400", ...args, "--database-url", databaseUrl], { env: load });
      const refused = await prune();
      expect([refused.exitCode, refused.stderr]).toEqual([
        1,
        expect.stringMatching(
          /^runless: Nothing was deleted: the clock says .*, and what was trusted last is .* say --now\.\n$/,
        ),
      ]);
      expect(await idsOf(server.url)).toEqual([1, 2, 3]);
      expect(await prune("--now", "--json")).toMatchObject({ exitCode: 0, stdout: '{"events":0}\n' });
      await until(async () => (await clockAhead(server)) === 0);
      await until(async () => (await idsOf(server.url)).length === 1);
      await server.stop();
    }, 60_000);
  },
);

async function idsOf(url: string): Promise<readonly number[]> {
  const answer = await fetch(`${url}/api/v1/events?order=asc`);
  const { events } = (await answer.json()) as { readonly events: readonly { readonly id: number }[] };
  return events.map(({ id }) => id);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
