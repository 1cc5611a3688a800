import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventsOf, walkEvents } from "../read-events.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

const lines = { "content-type": "application/x-ndjson" };
const ndjson = { accept: "application/x-ndjson" };
const event = (key: string, fields: object = {}) => ({ type: "ASSET_MATERIALIZATION", asset_key: key, ...fields });
const idsOf = (text: string): readonly number[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);

describe.each([...runtimes])("the native API of the %s server", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  const postTo = async ({ url }: RunningServer, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/api/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  const post = (body: unknown, headers?: Readonly<Record<string, string>>) => postTo(server, body, headers);
  const get = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`)).json();
  const exportOf = async ({ url }: RunningServer, query = "") =>
    (await fetch(`${url}/api/v1/events?${query}`, { headers: ndjson })).text();

  test("records one event, an array and lines", async () => {
    const one = await post(event("kinds"));
    expect(one).toEqual({ status: 200, body: { id: expect.any(Number), duplicate: false } });
    const array = await post([event("kinds"), event("kinds", { partitions: ["a", "b"] })]);
    expect(array).toMatchObject({ status: 200, body: { recorded: 3, duplicates: 0 } });
    const body = `${JSON.stringify(event("kinds", { description: "€😀" }))}\n\n{}`;
    expect(await post(body, lines)).toMatchObject({ body: { received: 2, recorded: 1, errors: [{ line: 3 }] } });
    expect(await eventsOf(server.url, ["kinds"])).toHaveLength(5);
  });

  test("takes a stream of lines that is larger than the runtime's own limit of a body", async () => {
    const padding = `${" ".repeat(1 << 20)}\n`;
    const body = new Blob([`${JSON.stringify(event("large"))}\n`, ...Array.from({ length: 150 }, () => padding)]);
    const response = await fetch(`${server.url}/api/v1/events`, { method: "POST", headers: lines, body });
    expect([response.status, await response.json()]).toMatchObject([200, { received: 1, recorded: 1 }]);
  }, 30_000);

  test("latest is the greatest (timestamp, id), whatever the order of arrival", async () => {
    const times = ["2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-01T00:00:00Z"];
    const { body } = await post(times.map((timestamp) => event("late/arrivals", { timestamp, partition: "p" })));
    const [, , id] = body.ids as readonly number[]; // the later of two with the same time
    const latest = { latest_materialization: { id } };
    expect(await get("assets/late/arrivals")).toMatchObject(latest);
    expect(await get("partitions?asset_key=late/arrivals")).toMatchObject({
      partitions: [{ ...latest, materializations: 4 }],
    });
  });

  test("keeps what a sender says of the time, and refuses what is a day ahead", async () => {
    const { body } = await post(event("times", { timestamp: 1_577_836_800.5 }));
    expect(await get(`events/${body.id}`)).toMatchObject({ timestamp: "2020-01-01T00:00:00.500Z" });
    const ahead = new Date(Date.now() + 25 * 3_600_000).toISOString();
    expect(await post(event("times", { timestamp: ahead }))).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("must be at most 24 hours ahead of the clock") },
    });
  });

  test("an import of an export is the log, and a second one repeats nothing", async () => {
    const target = await startServer(runtime);
    const source = await exportOf(server);
    const count = idsOf(source).length;
    expect(await postTo(target, source, lines)).toMatchObject({ body: { recorded: count, failed: 0 } });
    expect(await postTo(target, source, lines)).toMatchObject({ body: { recorded: 0, duplicates: count, failed: 0 } });
    // Also where it comes back to the log that it came from.
    expect(await postTo(server, source, lines)).toMatchObject({ body: { recorded: 0, duplicates: count, failed: 0 } });
    const own = (text: string) => text.replace(/"(id|received_at)":[^,]+,/g, "").replace(/[0-9a-f]+\/\d+/g, "");
    expect(own(await exportOf(target))).toBe(own(source));
    await target.stop();
  });

  test("wipes an asset, and its trace comes with streams and exports", async () => {
    await post([event("gone/for", { partition: "a" }), event("gone/for", { partition: "b" })]);
    const key = encodeURIComponent('["gone","for"]');
    const wipe = (query: string) => fetch(`${server.url}/api/v1/assets?asset_key=${key}${query}`, { method: "DELETE" });
    expect((await wipe("&partition=a")).status).toBe(200);
    expect(await eventsOf(server.url, ["gone", "for"])).toMatchObject([{ partition: "b" }, { type: "ASSET_WIPED" }]);
    expect(await (await wipe("")).json()).toMatchObject({
      wiped: { type: "ASSET_WIPED", asset_key: ["gone", "for"], partition: null },
    });
    expect((await wipe("")).status).toBe(404);
    const traces = idsOf(await exportOf(server, "type=ASSET_WIPED"));
    expect(traces).toHaveLength(2);
    const blocks = readStream(await fetch(`${server.url}/api/v1/events/stream?after=0&type=ASSET_WIPED`));
    const [, ...streamed] = [await blocks.next(), await blocks.next(), await blocks.next()];
    expect(streamed.map(({ value }) => value?.id)).toEqual([...traces]);
    await blocks.return(undefined);
  });

  test("a stream that is cut at random and resumed has every event once, in order", async () => {
    const total = 2000;
    const first = await startServer(runtime);
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 0; i < total / 8; i++) await postTo(first, [event(`writer/${writer}`), event("any")]);
    });
    const seen: number[] = [];
    const random = fc.sample(fc.nat(30_000), { numRuns: 1000, seed: 3 });
    let cuts = 0;
    for (let position = 0; seen.length < total; cuts++) {
      const request = new AbortController();
      const headers = position === 0 ? {} : { "last-event-id": String(position) };
      const response = await fetch(`${first.url}/api/v1/events/stream?after=0`, { headers, signal: request.signal });
      // Also in the middle of an event, which a client drops then.
      for await (const { id, event } of readStream(response, random[cuts % random.length])) {
        position = id ?? position;
        if (id !== undefined && event !== "position") seen.push(id);
        if (seen.length === total) break;
      }
      request.abort();
    }
    await Promise.all(writers);
    expect(cuts).toBeGreaterThan(20);
    const recorded = await Array.fromAsync(walkEvents(first.url));
    expect(seen).toEqual(recorded.map(({ id }) => id));
    await first.stop();
  }, 60_000);

  test("a shutdown ends streams and imports under way, and waits for neither", async () => {
    const other = await startServer(runtime, { args: ["--shutdown-seconds", "30"] });
    const blocks = readStream(await fetch(`${other.url}/api/v1/events/stream`));
    await blocks.next();
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event("a"))}\n`));
        end = () => controller.close();
      },
    });
    const answer = fetch(`${other.url}/api/v1/events`, { method: "POST", headers: lines, body });
    await blocks.next(); // the event of that line
    const stopped = other.stop();
    expect((await blocks.next()).done).toBe(true);
    end();
    const { status } = await answer;
    expect(status).toBe(503);
    expect(await stopped).toBe(0);
  }, 20_000);
});
