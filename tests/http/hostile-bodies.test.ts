import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openConnection, type RawAnswer, type RawConnection } from "../raw-http.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

const size = 4_000_000;
const patience = 60_000;
const json = ["content-type", "application/json"] as const;
const fill = (unit: string, length = size) => unit.repeat(Math.ceil(length / unit.length));
const names = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `"${name(i)}":1`).join(",");

/** Strings of one hash wherever each character counts 31 times the one after it. */
const alike = (i: number) => Array.from({ length: 18 }, (_, bit) => ((i >> bit) & 1 ? "Aa" : "BB")).join("");

/** A value of a report's metadata, or of a native event's; how it is answered, apart from 413. */
const values: readonly (readonly [string, string, number])[] = [
  ["two million arrays in each other", fill("[", 2e6) + fill("]", 2e6), 400],
  ["two million objects in each other that never end", fill('{"":', 2e6), 400],
  ["a number of 4 MB", fill("7"), 200],
  ["a fraction of 4 MB", `0.${fill("0")}1`, 200],
  ["an exponent of 4 MB", `1e${fill("9")}`, 200],
  ["a million numbers that a double changes", `[${fill("1.0,")}1]`, 200],
  ["a million empty arrays", `[${fill("[],")}1.0]`, 200],
  ["the same name half a million times", `{${names(5e5, () => "a")},"b":1.0}`, 200],
  ["names of one hash", `{${names(9e4, alike)},"b":1.0}`, 200],
  ["names that are numbers, far apart", `{${names(2.5e5, (i) => String(4_294_967_290 - i * 13))}}`, 200],
  ["two million escapes", `["${fill("\\n")}",1.0]`, 200],
  ["lone surrogates, escaped", `"${fill("\\ud800")}"`, 200],
  ["two million backslashes and no end", `["${fill("\\\\")}`, 400],
  ["four million newlines", fill("\n"), 400],
  ["nothing but minus signs", `[${fill("-")}`, 400],
];

/** Bodies of the native endpoint that hold more than values. */
const events: readonly (readonly [string, string, number])[] = [
  ["two million events that are none", `[${fill("0,")}0]`, 413],
  [
    "half a million partitions",
    event(`"partitions":[${Array.from({ length: 5e5 }, (_, i) => `"${i}"`).join(",")}]`),
    413,
  ],
  ["a million parts of a key", event(`"asset_key":[${fill('"a",')}"b"]`), 400],
  ["a time with a fraction of 4 MB", event(`"timestamp":"2026-01-01T00:00:00.${fill("1")}Z"`), 200],
  ["a time of 4 MB", event(`"timestamp":1${fill("0")}`), 400],
  ["300,000 tags", event(`"tags":{${names(3e5, (i) => i.toString(36)).replaceAll(":1", ':"v"')}}`), 400],
  ["300,000 unknown fields", event(names(3e5, (i) => `x${i.toString(36)}`)), 400],
];

function event(fields: string): string {
  return `{"type":"ASSET_MATERIALIZATION",${fields.startsWith('"asset_key"') ? "" : '"asset_key":"hostile",'}${fields}}`;
}

describe.each([...runtimes])("on %s, a body made to be hard on the server", (runtime) => {
  let server: RunningServer;
  let connection: RawConnection;
  /** Milliseconds that a plain body of the same size takes. */
  let plain = 0;

  const report = (body: string) =>
    connection.send({ target: "/report_asset_materialization/hostile", headers: [json], body });
  const post = (body: string) => connection.send({ target: "/api/v1/events", headers: [json], body });

  async function timed(send: () => Promise<RawAnswer>): Promise<{ status: number; ms: number }> {
    const started = performance.now();
    const { status } = await send();
    return { status, ms: performance.now() - started };
  }

  async function expectBounded(send: () => Promise<RawAnswer>, expected: number): Promise<void> {
    const { status, ms } = await timed(send);
    expect(status).toBe(expected);
    // What grows with the square of its size would take thousands of times as long.
    expect(ms).toBeLessThan(50 * plain + 1000);
    expect((await connection.send({ method: "GET", target: "/health" })).status).toBe(200);
  }

  beforeAll(async () => {
    server = await startServer(runtime, { args: ["--max-body-bytes", "20000000"] });
    connection = await openConnection(server.port);
    const rows = `{"metadata":{"k":[${fill('{"a":1,"b":"text"},')}1]}}`;
    for (let i = 0; i < 3; i++) plain = Math.max(plain, (await timed(() => report(rows))).ms);
  }, patience);
  afterAll(async () => {
    connection.close();
    await server.stop();
  });

  test.each(values)(
    "is answered like any other: %s",
    async (_, value, status) => {
      await expectBounded(() => report(`{"metadata":{"k":${value}}}`), status);
      const typed = event(`"metadata":{"k":{"type":"json","raw_value":${value}}}`);
      await expectBounded(() => post(typed), status);
    },
    patience,
  );

  test.each(events)(
    "is answered like any other: %s",
    (_, body, status) => expectBounded(() => post(body), status),
    patience,
  );

  test(
    "is answered like any other: a million metadata entries",
    async () => {
      const body = `{"metadata":{${names(1e6, (i) => i.toString(36))}}}`;
      await expectBounded(() => report(body), 400);
    },
    patience,
  );

  test(
    "is answered like any other: JSON in a query",
    async () => {
      for (const value of [
        fill("[", 15_000),
        `1e${fill("9", 60_000)}`,
        fill("7", 60_000),
        `"${fill("\\n", 30_000)}"`,
      ]) {
        const query = new URLSearchParams({ metadata: `{"k":${value}}` });
        const send = () => connection.send({ target: `/report_asset_materialization/hostile?${query}` });
        await expectBounded(send, value.startsWith("[") ? 400 : 200);
      }
      const key = new URLSearchParams({ asset_key: fill("[", 15_000) });
      await expectBounded(() => connection.send({ target: `/report_asset_materialization/?${key}` }), 400);
    },
    patience,
  );

  test(
    "leaves the server answering others meanwhile",
    async () => {
      const other = await openConnection(server.port);
      let done = false;
      const attack = report(`{"metadata":{"k":[${fill("1.0,")}1]}}`).finally(() => {
        done = true;
      });
      let answered = 0;
      while (!done) {
        expect((await other.send({ method: "GET", target: "/health" })).status).toBe(200);
        answered++;
      }
      expect((await attack).status).toBe(200);
      expect(answered).toBeGreaterThan(0);
      other.close();
    },
    patience,
  );
});
