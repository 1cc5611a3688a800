import { expect, test } from "bun:test";
import { join } from "node:path";
import { sendRaw } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, type Runtime, runtimes, startServer, temporaryFolder } from "../server.ts";

const preload = join(import.meta.dir, "clock.mjs");
const keys = ["a", "b", "c", "d"];

// Deno takes nothing to load first from its environment.
const adjustable = runtimes.filter((runtime) => runtime !== "deno");

test.each(adjustable)(
  "a clock that jumps back, while the %s server runs and while it doesn't, leaves ids, times and cursors in order",
  async (runtime) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const first = await start(runtime, databaseUrl, 0);
    await report(first, "a");
    first.process.kill("SIGUSR2");
    while (!first.output().includes("is 1 hours behind")) await new Promise((resolve) => setTimeout(resolve, 5));
    await report(first, "b");
    await first.stop();
    const second = await start(runtime, databaseUrl, 48);
    await report(second, "c");
    await report(second, "d");
    await report(second, "d"); // of the same idempotency key

    const events = await Array.fromAsync(walkEvents(second.url, { limit: "1" }));
    expect(events.map(({ asset_key }) => asset_key[0])).toEqual(keys);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    const times = events.map(({ received_at }) => String(received_at));
    expect(times).toEqual(times.toSorted());
    // One without a timestamp happened when the clock said: an hour before the first, and two days.
    const hoursBefore = events.map(({ timestamp }) => (Date.parse(times[0] ?? "") - Date.parse(timestamp)) / 3_600_000);
    expect(hoursBefore.map(Math.round)).toEqual([0, 1, 48, 48]);
    expect(await streamedAfter(second, 1, 3)).toEqual([2, 3, 4]);
    await second.stop();
  },
);

function start(runtime: Runtime, databaseUrl: string, hoursBehind: number): Promise<RunningServer> {
  const load = runtime === "bun" ? { BUN_OPTIONS: `--preload ${preload}` } : { NODE_OPTIONS: `--import ${preload}` };
  return startServer(runtime, { databaseUrl, env: { ...load, CLOCK_HOURS_BEHIND: String(hoursBehind) } });
}

async function report({ port }: RunningServer, key: string): Promise<void> {
  const headers = [["idempotency-key", key] as const];
  const { status } = await sendRaw(port, { target: `/report_asset_materialization/${key}`, headers });
  expect(status).toBe(200);
}

/** The ids of the first events that a stream gives after an id. */
async function streamedAfter({ url }: RunningServer, after: number, count: number): Promise<number[]> {
  const request = new AbortController();
  const ids: number[] = [];
  for await (const { event, id } of readStream(
    await fetch(`${url}/api/v1/events/stream?after=${after}`, { signal: request.signal }),
  )) {
    if (event === "ASSET_MATERIALIZATION" && id !== undefined) ids.push(id);
    if (ids.length === count) break;
  }
  request.abort();
  return ids;
}
