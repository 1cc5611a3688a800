import { expect, test } from "bun:test";
import { join } from "node:path";
import { checkEvaluation, materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { openConnection } from "../../storage/libsql/connection.ts";
import { runCli } from "../adapters/cli/run-cli.ts";
import { walkEvents } from "../read-events.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

const events = 12_000;
const perCall = 1_000;

/** A log in which partition p of asset a has half of the events, in between the others. */
async function fill(url: string): Promise<void> {
  const log = await openEventLog({ url });
  for (let from = 0; from < events; from += perCall) {
    const units = Array.from({ length: perCall }, (_, i) => {
      const partition = i % 2 === 0 ? "p" : "q";
      const event =
        i % 10 < 2
          ? checkEvaluation("a", { checkName: "c", passed: true, partition })
          : materialization("a", { partition });
      return [{ event, idempotencyKey: `k${from + i}` }];
    });
    await log.append(units);
  }
  await log.close();
}

const wipe = (server: RunningServer) =>
  fetch(`${server.url}/api/v1/assets?asset_key=a&partition=p`, { method: "DELETE" });

async function leftIn(server: RunningServer, partition: string): Promise<number> {
  return (await Array.fromAsync(walkEvents(server.url, { asset_key: "a", partition, type: "ASSET_MATERIALIZATION" })))
    .length;
}

async function rowsOf(url: string, table: string): Promise<number> {
  const client = await openConnection({ url });
  const { rows } = await client.execute(`SELECT count(*) AS n FROM ${table}`);
  client.close();
  return Number(rows[0]?.n);
}

/** How long the server is let live after it is asked to wipe, in milliseconds; undefined: until it has answered. */
const lives = [undefined, 10, 40, 90] as const;

test.each([...runtimes])(
  "a %s server that is killed in the midst of a wipe, or of what it deletes afterwards, has wiped all or nothing",
  async (runtime) => {
    for (const life of lives) {
      const databaseUrl = `file:${join(temporaryFolder(), "wiped.db")}`;
      await fill(databaseUrl);
      const killed = await startServer(runtime, { databaseUrl });
      const answer = wipe(killed).then(
        ({ status }) => status,
        () => undefined,
      );
      await (life === undefined ? answer : new Promise((resolve) => setTimeout(resolve, life)));
      await killed.stop("SIGKILL");
      const doctor = await runCli(["doctor", "--json"], { env: { RUNLESS_DATABASE_URL: databaseUrl } });
      expect([doctor.exitCode, doctor.stderr]).toEqual([0, ""]);

      const server = await startServer(runtime, { databaseUrl });
      const wiped = (await leftIn(server, "p")) === 0;
      if ((await answer) === 200) expect(wiped).toBe(true);
      if (!wiped) {
        expect(await leftIn(server, "p")).toBe(events * 0.4);
        expect((await wipe(server)).status).toBe(200);
      }
      expect(await leftIn(server, "q")).toBe(events * 0.4);
      expect(await leftIn(server, "p")).toBe(0);
      const traces = await Array.fromAsync(walkEvents(server.url, { type: "ASSET_WIPED" }));
      expect(traces.map(({ partition }) => partition)).toEqual(["p"]);
      while ((await rowsOf(databaseUrl, "wiped_partition")) > 0)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await rowsOf(databaseUrl, "event")).toBe(events / 2 + 1);
      expect(await rowsOf(databaseUrl, "idempotency")).toBe(events / 2);
      expect(await server.stop()).toBe(0);
    }
  },
  180_000,
);

test("of two servers on one file one reports and the other wipes, and what is left are the reports after each wipe", async () => {
  const databaseUrl = `file:${join(temporaryFolder(), "shared.db")}`;
  const [reporting, wiping] = await Promise.all([
    startServer("bun", { databaseUrl }),
    startServer(runtimes.includes("node") ? "node" : "bun", { databaseUrl }),
  ]);
  const reports = new Map<number, string>();
  const traces: number[] = [];
  let isWiping = true;
  await Promise.all([
    ...Array.from({ length: 4 }, async (_, c) => {
      for (let i = 0; isWiping || i < 50; i++) {
        const partition = (i + c) % 2 === 0 ? "p" : "q";
        const body = JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: "a", partition });
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`${reporting.url}/api/v1/events`, { method: "POST", headers, body });
        // The other server may hold the lock for long.
        if (answer.status !== 503) reports.set(((await answer.json()) as { readonly id: number }).id, partition);
      }
    }),
    (async () => {
      while (traces.length < 5) {
        const answer = await wipe(wiping);
        if (answer.status === 200)
          traces.push(((await answer.json()) as { readonly wiped: { readonly id: number } }).wiped.id);
      }
      isWiping = false;
    })(),
  ]);
  const last = Math.max(...traces);
  const left = [...reports].filter(([id, partition]) => partition === "q" || id > last).map(([id]) => id);
  for (const server of [reporting, wiping]) {
    const events = await Array.fromAsync(walkEvents(server.url));
    expect(events.map(({ id }) => id)).toEqual([...left, ...traces].toSorted((a, b) => a - b));
    const { counts } = (await (await fetch(`${server.url}/api/v1/assets/a`)).json()) as { readonly counts: unknown };
    expect(counts).toMatchObject({ materializations: left.length });
    expect(await server.stop()).toBe(0);
  }
}, 60_000);
