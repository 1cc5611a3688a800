import { expect, test } from "bun:test";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type RunningServer, type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";

const preload = join(import.meta.dir, "clock.mjs");
const settleSeconds = 3;

// Deno takes nothing to load first from its environment.
const adjustable = runtimes.filter((runtime) => runtime !== "deno");

function start(runtime: Runtime, databaseUrl: string, hoursAhead: number): Promise<RunningServer> {
  const load = runtime === "bun" ? { BUN_OPTIONS: `--preload ${preload}` } : { NODE_OPTIONS: `--import ${preload}` };
  const args = ["--settle-seconds", String(settleSeconds)];
  return startServer(runtime, { databaseUrl, args, env: { ...load, CLOCK_HOURS_BEHIND: String(-hoursAhead) } });
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into
async function ask({ url }: RunningServer, path: string, init?: RequestInit): Promise<any> {
  const answer = await fetch(`${url}/api/v1/${path}`, init);
  expect(answer.status).toBeLessThan(300);
  return answer.json();
}

function send(server: RunningServer, method: string, path: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  return ask(server, path, { method, headers, body: JSON.stringify(body) });
}

const report = (server: RunningServer, asset_key: string) =>
  send(server, "POST", "events", { type: "ASSET_MATERIALIZATION", asset_key });

/** Assets with a deadline an hour after their last report, which have just reported. */
async function watched(server: RunningServer, ...keys: readonly string[]): Promise<void> {
  const assets = keys.map((key) => ({ key, freshness: { type: "time_window", fail_window: "1h" } }));
  await send(server, "PUT", "definitions?source=test", { assets });
  for (const key of keys) await report(server, key);
  for (const key of keys) await until(server, key, "PASS");
}

async function until(server: RunningServer, key: string, state: string): Promise<void> {
  while ((await ask(server, `assets?asset_key=${key}`)).freshness?.state !== state) await delay(20);
}

/** The changes of an asset, oldest first. */
async function changes(server: RunningServer, key: string): Promise<readonly string[]> {
  const { events } = await ask(server, `events?asset_key=${key}&type=FRESHNESS_STATE_CHANGE&order=asc`);
  return events.map(
    ({ freshness: { previous_state: from, state } }: { freshness: Record<string, string> }) => `${from} -> ${state}`,
  );
}

test.each(adjustable)(
  "a %s server that was stopped over a deadline waits for what comes right after its start",
  async (runtime) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const first = await start(runtime, databaseUrl, 0);
    await watched(first, "comes", "never");
    await first.stop();
    const second = await start(runtime, databaseUrl, 5);
    await report(second, "comes");
    await until(second, "never", "FAIL");
    expect(await changes(second, "comes")).toEqual(["UNKNOWN -> PASS"]);
    expect(await changes(second, "never")).toEqual(["UNKNOWN -> PASS", "PASS -> FAIL"]);
    expect((await ask(second, "alerts")).alerts).toMatchObject([{ asset_key: ["never"], status: "firing" }]);
    // Three deadlines later it is the same alert, and no further event.
    await second.stop();
    const third = await start(runtime, databaseUrl, 80);
    await until(third, "comes", "FAIL");
    expect(await changes(third, "never")).toEqual(["UNKNOWN -> PASS", "PASS -> FAIL"]);
    await third.stop();
  },
  60_000,
);

// One runtime is enough: it takes as long as a lease lasts, and the lease is the store's.
test.each(adjustable.slice(0, 1))(
  "a %s server that was killed is followed by the next, which decides the same once",
  async (runtime) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const first = await start(runtime, databaseUrl, 0);
    await watched(first, "late");
    await first.stop("SIGKILL");
    const second = await start(runtime, databaseUrl, 5);
    await until(second, "late", "FAIL");
    expect(await changes(second, "late")).toEqual(["UNKNOWN -> PASS", "PASS -> FAIL"]);
    expect(second.output()).toContain("the server that watched is gone");
    await second.stop();
  },
  90_000,
);

test.each(adjustable)(
  "a clock that jumps back an hour while a %s server runs un-fails nothing",
  async (runtime) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const first = await start(runtime, databaseUrl, 0);
    await watched(first, "late");
    await first.stop();
    const second = await start(runtime, databaseUrl, 1.1);
    await until(second, "late", "FAIL");
    second.process.kill("SIGUSR2");
    while (!second.output().includes("the clock was changed")) await delay(20);
    expect(await changes(second, "late")).toEqual(["UNKNOWN -> PASS", "PASS -> FAIL"]);
    await report(second, "late");
    await until(second, "late", "PASS");
    expect(await changes(second, "late")).toEqual(["UNKNOWN -> PASS", "PASS -> FAIL", "FAIL -> PASS"]);
    await second.stop();
  },
  60_000,
);
