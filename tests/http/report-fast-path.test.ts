import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { openConnection, type RawAnswer, type RawRequest } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { openSocket } from "./open-socket.ts";

const endpoints = ["materialization", "observation", "check"].map((what) => `/report_asset_${what}`);
const segment = fc.constantFrom(
  "",
  ".",
  "..",
  "%2e%2E",
  "a",
  "%41",
  "%2F",
  "%zz",
  "[x]",
  "~",
  "'",
  '"',
  "\\",
  "#",
  "{}",
);
const target = fc
  .record({
    before: fc.constantFrom("", "", "", "/prefix", "/a/b", "/.."),
    endpoint: fc.constantFrom(...endpoints, "/report_asset", "/api/v1/events"),
    key: fc.array(segment, { maxLength: 4 }),
    query: fc.constantFrom("", "?", "?asset_key=q", "?partition=%20p&passed=true", "?a/../b", "?description=x#y"),
  })
  .map(({ before, endpoint, key, query }) => [before + endpoint, ...key].join("/") + query);

const json = ["content-type", "application/json"] as const;
const otherHeaders = [
  ["content-type", "text/plain"],
  ["Content-Type", "application/json; charset=utf-8"],
  ["origin", "https://elsewhere.example"],
  ["Sec-Fetch-Site", "cross-site"],
  ["x-request-id", "mine"],
  ["Idempotency-Key", "x".repeat(256)],
  ["authorization", "Bearer unknown"],
  ["x", "y".repeat(40_000)],
] as const;
const headers = fc
  .tuple(fc.constantFrom([json], [json], []), fc.array(fc.constantFrom(...otherHeaders), { maxLength: 2 }))
  .map(([first, others]) => [...first, ...others]);
const usual = "127.0.0.1";
const host = fc.constantFrom(
  ...[usual, usual, usual, usual, "localhost:1", "A.Localhost", "[::1]:80", "127.1", "a@localhost", "a:", "ex%61mple"],
  ...["a/report_asset_materialization/k.localhost", "/report_asset_check/k", "a?b", "a.example", "x:99999", "."],
);
const body = fc.constantFrom(
  '{"metadata":{"rows":1.0},"passed":true,"check_name":"c"}',
  '{"partition":null,"asset_key":["k","l"],"data_version":7}',
  '{"metadata":5}',
  '{"tags":',
  "[]",
  "",
  " ",
  "\ufeff{}",
  `{"description":"${"d".repeat(20_000)}"}`,
);

/** What an answer says, but for what is another each time, and the size of the header, to which the framing belongs. */
function said({ status, headers, body }: RawAnswer) {
  const { date, "x-request-id": id, ...rest } = Object.fromEntries(headers);
  return { status, rest, body: status === 431 ? undefined : body, named: id === "mine" };
}

const servers = runtimes
  .filter((runtime) => runtime !== "bun")
  .flatMap((runtime) => [
    [runtime, "as it is", []] as const,
    [runtime, "with small bodies", ["--max-body-bytes", "30"]] as const,
  ]);

describe.each(servers)("on %s, past @hono/node-server, %s", (runtime, _, args) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { args });
  });
  afterAll(async () => void (await server.stop()));

  const ask = async (host: string, request: RawRequest) => {
    const connection = await openConnection(server.port, host);
    try {
      return said(await connection.send(request));
    } finally {
      connection.close();
    }
  };
  const contentOf = ({ id, timestamp, received_at, ...content }: Readonly<Record<string, unknown>>) => content;

  test("a report whose length is said gets the answer, and leaves the event, of one that comes in chunks", async () => {
    await fc.assert(
      fc.asyncProperty(host, target, headers, body, async (host, target, headers, body) => {
        const request = { target, headers, body };
        expect(await ask(host, request)).toEqual(await ask(host, { ...request, chunked: true }));
      }),
      { numRuns: 1000 },
    );
    const events = (await Array.fromAsync(walkEvents(server.url))).map(contentOf);
    expect(events.length).toBeGreaterThan(0);
    const every = (first: number) => events.filter((_, i) => i % 2 === first);
    expect(every(0)).toEqual(every(1));
  });
});

describe.each([...runtimes])("on %s, a report that is refused", (runtime) => {
  test("is heard to its end, also on a connection that ends with it", async () => {
    const server = await startServer(runtime, { env: { RUNLESS_TOKENS: "a:read=0123456789abcdef" } });
    const lines = ["POST /report_asset_materialization/a HTTP/1.1", "host: 127.0.0.1", "connection: close"];
    const { socket, until, received } = openSocket(server.port, [...lines, "content-length: 2", "", ""].join("\r\n"));
    // By then the head was there: it was sent before.
    for (let i = 0; i < 3; i++) expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(received()).toBe("");
    socket.write("{}");
    await until((text) => text.includes("This server wants a token."));
    expect(received()).toStartWith("HTTP/1.1 401");
    await server.stop();
  });
});
