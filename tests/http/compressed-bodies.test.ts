import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { createApp } from "../../adapters/server/http.ts";
import { memory } from "../adapters/http/native.ts";
import { processStatus } from "../bench/process-status.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

type Ask = (path: string, body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<Response>;

interface Subject {
  readonly ask: Ask;
  readonly stop: () => unknown;
  readonly server?: RunningServer;
}

const spawned = (runtime: (typeof runtimes)[number]) => async (): Promise<Subject> => {
  const server = await startServer(runtime);
  const ask: Ask = (path, body, headers) => fetch(`${server.url}${path}`, { method: "POST", body, headers });
  return { ask, stop: () => server.stop(), server };
};
const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  "an app without a socket": async () => {
    const app = createApp({ log: memory() });
    const ask: Ask = async (path, body, headers) =>
      app.fetch(new Request(`http://localhost${path}`, { method: "POST", body, headers }));
    return { ask, stop: () => {} };
  },
  ...Object.fromEntries(runtimes.map((runtime) => [`a ${runtime} server`, spawned(runtime)])),
};

const json = { "content-type": "application/json" };
const lines = { "content-type": "application/x-ndjson" };
const report = "/report_asset_materialization/packed";
const codings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;
const event = (key: string, text = "") =>
  JSON.stringify({ type: "ASSET_OBSERVATION", asset_key: key, description: text });
const noise = (length: number) => Array.from({ length }, () => Math.random().toString(36)[2] ?? "0").join("");

describe.each(Object.entries(subjects))("%s", (_, open) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(async () => void (await subject.stop()));

  test.each(Object.entries(codings))(
    "reads %s, of a report, an event, an array and lines",
    async (coding, compress) => {
      const encoding = { "content-encoding": coding };
      const large = JSON.stringify({ metadata: { text: noise(200_000) } });
      for (const body of ['{"metadata":{"n":1}}', large]) {
        expect((await subject.ask(report, compress(body), { ...json, ...encoding })).status).toBe(200);
      }
      const native = async (body: string, headers: Readonly<Record<string, string>>) => {
        const answer = await subject.ask("/api/v1/events", compress(body), { ...headers, ...encoding });
        return [answer.status, await answer.json()];
      };
      expect(await native(event("packed"), json)).toMatchObject([200, { duplicate: false }]);
      expect(await native(`[${event("packed")},${event("packed")}]`, json)).toMatchObject([200, { recorded: 2 }]);
      const many = Array.from({ length: 2000 }, (_, i) => event(`packed/${i}`, noise(50)));
      expect(await native(many.join("\n"), lines)).toMatchObject([200, { received: 2000, recorded: 2000 }]);
      expect(await native("", lines)).toMatchObject([200, { received: 0 }]);
    },
  );

  test("names the codings that it reads where it gets another", async () => {
    for (const [path, headers] of [
      [report, json],
      ["/api/v1/events", json],
      ["/api/v1/events", lines],
    ] as const) {
      const answer = await subject.ask(path, gzipSync("{}"), { ...headers, "content-encoding": "gzip, br" });
      expect([answer.status, answer.headers.get("accept-encoding")]).toEqual([
        415,
        expect.stringMatching(/^gzip, deflate, br/),
      ]);
      expect(((await answer.json()) as { readonly error: string }).error).toContain('Got Content-Encoding "gzip, br".');
    }
    expect((await subject.ask(report, Buffer.from("{}"), { ...json, "content-encoding": "Identity" })).status).toBe(
      200,
    );
  });

  test("says of what is cut short or damaged that it is, and how much of the lines was recorded", async () => {
    const body = gzipSync(Array.from({ length: 500 }, (_, i) => event(`cut/${i}`, noise(200))).join("\n"));
    const gzip = { "content-encoding": "gzip" };
    const cut = await subject.ask("/api/v1/events", body.subarray(0, -20), { ...lines, ...gzip });
    expect([cut.status, await cut.json()]).toMatchObject([
      400,
      {
        error: expect.stringContaining("no whole gzip"),
        recorded: expect.any(Number),
        last_durable_line: expect.any(Number),
      },
    ]);
    for (const wrong of [gzipSync('{"metadata":{}}').subarray(0, -3), Buffer.from("no gzip at all")]) {
      const answer = await subject.ask(report, wrong, { ...json, ...gzip });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("no whole gzip")]);
    }
  });

  test("counts what is decoded against the limits, while it is decoded", async () => {
    const gzip = { "content-encoding": "gzip" };
    const before = subject.server && processStatus(subject.server.process.pid ?? 0).resident;
    const bomb = gzipSync(Buffer.alloc(300_000_000, " "), { level: 9 });
    for (const [path, headers] of [
      [report, json],
      ["/api/v1/events", json],
      ["/api/v1/events", lines],
    ] as const) {
      const answer = await subject.ask(path, bomb, { ...headers, ...gzip });
      expect([answer.status, await answer.text()]).toEqual([413, expect.stringMatching(/expands too far|larger than/)]);
    }
    const expands = gzipSync(JSON.stringify({ metadata: { text: "x".repeat(1_000_000) } }));
    expect((await subject.ask(report, expands, { ...json, ...gzip })).status).toBe(413);
    if (subject.server === undefined || before === undefined) return;
    expect(processStatus(subject.server.process.pid ?? 0).resident - before).toBeLessThan(200_000_000);
    expect((await subject.ask(report, Buffer.from("{}"), json)).status).toBe(200);
  }, 60_000);
});
