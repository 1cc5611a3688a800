import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Listening, startListening } from "../bench/listening.ts";
import { sendRaw } from "../raw-http.ts";
import { readStream } from "../read-stream.ts";
import { emptyDatabase, type RemoteAddress, realDatabase } from "../remote/test-database.ts";
import { everyRuntime, type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";
import { recount } from "./recount.ts";
import { distinctReports, type Report } from "./reports.ts";

/** A server each; with Deno, one of every runtime. */
const [first = "bun", second = first, third = first] = runtimes.includes("deno") ? everyRuntime : runtimes;
const reportCount = 600;
const connections = 24;

describe(`servers on ${first}, ${second} and ${third} that share one remote database`, () => {
  let standIn: Listening | undefined;
  let servers: readonly RunningServer[] = [];
  const uids: string[] = [];
  const refused: unknown[] = [];
  const seen = new Map<RunningServer, number[]>();
  const closing = new AbortController();

  beforeAll(async () => {
    const address = realDatabase() ?? (await startStandIn());
    await emptyDatabase(address);
    const env = { RUNLESS_DATABASE_AUTH_TOKEN: address.authToken ?? "" };
    // All at once, so that they meet at the migrations too.
    servers = await Promise.all(
      [first, second, third].map((runtime) => startServer(runtime, { databaseUrl: address.url, env })),
    );
    const streams = servers.map((server) => follow(server, reportCount));
    await reportToAll();
    await Promise.all(streams);
  }, 120_000);

  afterAll(async () => {
    closing.abort();
    await Promise.all(servers.map((server) => server.stop()));
    await standIn?.stop();
  });

  async function startStandIn(): Promise<RemoteAddress> {
    const file = join(temporaryFolder(), "stand-in.db");
    const serve = new URL("../remote/serve.ts", import.meta.url).pathname;
    standIn = await startListening(process.execPath, [serve, "--file", file, "--delay", "5"]);
    return { url: standIn.url };
  }

  /** Resolves when the server's stream has shown so many events. */
  async function follow(server: RunningServer, count: number): Promise<void> {
    const ids: number[] = [];
    seen.set(server, ids);
    const response = await fetch(`${server.url}/api/v1/events/stream?after=0`, { signal: closing.signal });
    for await (const { id, event } of readStream(response)) {
      if (id !== undefined && event?.startsWith("ASSET_") && ids.push(id) === count) return;
    }
  }

  /** Each report to one of the servers; those with an idempotency key to all of them at once. */
  async function reportToAll(): Promise<void> {
    const reports = distinctReports("shared");
    async function work(): Promise<void> {
      while (uids.length < reportCount) {
        const report = reports.next().value;
        const turn = uids.push(report.uid);
        const receivers = report.repeatable ? servers : servers.slice(turn % 3, (turn % 3) + 1);
        await Promise.all(receivers.map((server) => send(server, report)));
      }
    }
    await Promise.all(Array.from({ length: connections }, work));
  }

  async function send({ port }: RunningServer, { request }: Report): Promise<void> {
    const { status, body } = await sendRaw(port, request);
    if (status !== 200) refused.push([status, body]);
  }

  test("record every report once, whichever of them it was sent to, and answer it with 200", async () => {
    expect(refused).toEqual([]);
    for (const server of servers) {
      const { found, problems } = await recount(server.url);
      expect(problems).toEqual([]);
      expect([...found.keys()].toSorted()).toEqual(uids.toSorted());
      expect([...found.values()].every((times) => times === 1)).toBe(true);
    }
  });

  test("show every event in the stream of each, once and in the order of its id", () => {
    const ids = Array.from({ length: reportCount }, (_, i) => i + 1);
    for (const server of servers) expect(seen.get(server)).toEqual(ids);
  });

  test("go on with each other's cursors", async () => {
    const ids: number[] = [];
    let cursor = "";
    for (let page = 0; ; page++) {
      const { url } = servers[page % 3] as RunningServer; // there are three
      const answer = await fetch(`${url}/api/v1/events?order=asc&limit=70${cursor}`);
      const { events, cursor: next, has_more } = (await answer.json()) as Page;
      ids.push(...events.map(({ id }) => id));
      if (!has_more) break;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
    expect(ids).toEqual(Array.from({ length: reportCount }, (_, i) => i + 1));
  });
});

// What the answers hold is what the test looks at, so a wrong shape fails it.
interface Page {
  readonly events: readonly { readonly id: number }[];
  readonly cursor: string;
  readonly has_more: boolean;
}
