import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, type Runtime, runtimes, startServer } from "../server.ts";
import { openSocket } from "./open-socket.ts";

const body = '{"metadata":{"n":1}}';
const length = body.length.toString(16);
const chunked = "Transfer-Encoding: chunked";

interface Report {
  readonly target?: string;
  readonly host?: string;
  /** Lines of the head, beside Host and Content-Type. */
  readonly more?: readonly string[];
  readonly body?: string;
  readonly version?: string;
}

function report(key: string, { target, host = "localhost", version = "1.1", ...rest }: Report = {}): string {
  const { more = [], body: sent = body } = rest;
  const framing = more.includes(chunked) ? [] : [`Content-Length: ${sent.length}`];
  const head = [`POST ${target ?? `/report_asset_materialization/${key}`} HTTP/${version}`, `Host: ${host}`, ...more];
  return [...head, "Content-Type: application/json", ...framing, "", sent].join("\r\n");
}

const close = "Connection: close";
const headEnd = "\r\n\r\n";

/** All that comes back until the server ends the connection. */
async function send(port: number, text: string): Promise<string> {
  const connection = openSocket(port, text);
  await connection.closed;
  return connection.received();
}

/** What comes back until so much has come, or the server ends the connection. */
async function sendUntil(port: number, text: string, isEnough: (received: string) => boolean): Promise<string> {
  const connection = openSocket(port, text);
  await Promise.race([connection.until(isEnough).catch(() => {}), connection.closed]);
  connection.socket.destroy();
  return connection.received();
}

function statusesOf(answers: string): readonly string[] {
  return [...answers.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => status ?? "");
}

interface Case {
  /** As docs/runtimes.md has it. */
  readonly number: string;
  readonly name: string;
  readonly right: unknown;
  /** Answers what is to be as `right`. */
  readonly ask: (server: RunningServer, key: string) => Promise<unknown>;
  /** The runtimes whose own parser has it wrong. */
  readonly wrongOn?: readonly Runtime[];
}

const cases: readonly Case[] = [
  {
    number: "01",
    name: "two reports in one segment are both answered",
    right: ["200", "200"],
    ask: async ({ port }, key) => statusesOf(await send(port, report(key) + report(key, { more: [close] }))),
    wrongOn: ["bun"],
  },
  {
    number: "02",
    name: "four reads in one segment are all answered",
    right: ["200", "200", "200", "200"],
    ask: async ({ port }) => {
      const read = (more = "") => `GET /api/v1/events?limit=1 HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
      return statusesOf(await send(port, read() + read() + read() + read(`${close}\r\n`)));
    },
    wrongOn: ["bun"],
  },
  {
    number: "03",
    name: "a report with an empty line behind it is answered as what it is",
    right: ["200"],
    ask: async ({ port }, key) => {
      return statusesOf(await sendUntil(port, `${report(key)}\r\n`, (received) => received.includes(headEnd)));
    },
    wrongOn: ["bun"],
  },
  {
    number: "06",
    name: "a report in chunks with extensions is recorded",
    right: [["200"], 1],
    ask: async ({ url, port }, key) => {
      const sent = `${length};a;b=c;d="e f"\r\n${body}\r\n0;g=h\r\n\r\n`;
      const answer = await send(port, report(key, { more: [chunked, close], body: sent }));
      return [statusesOf(answer), (await eventsOf(url, [key])).length];
    },
    wrongOn: ["bun"],
  },
  {
    number: "07",
    name: "a report with a trailer is recorded",
    right: [["200"], 1],
    ask: async ({ url, port }, key) => {
      const sent = `${length}\r\n${body}\r\n0\r\nChecksum: abc\r\n\r\n`;
      const answer = await send(port, report(key, { more: [chunked, "Trailer: Checksum", close], body: sent }));
      return [statusesOf(answer), (await eventsOf(url, [key])).length];
    },
    wrongOn: ["bun"],
  },
  {
    number: "08",
    name: "a client of HTTP/1.0 gets no 100",
    right: ["200"],
    ask: async ({ port }, key) => {
      return statusesOf(await send(port, report(key, { version: "1.0", more: ["Expect: 100-continue", close] })));
    },
    wrongOn: ["bun"],
  },
  {
    number: "09",
    name: "Expect: 100-Continue is answered before the body, however it is written",
    right: [["100"], ["100", "200"]],
    ask: async ({ url, port }, key) => {
      const text = report(key, { more: ["Expect: 100-Continue", close] });
      const connection = openSocket(port, text.slice(0, -body.length));
      const answered = connection.until((received) => received.includes(headEnd));
      // What is asked after it on other connections is answered after it.
      const others = async () => {
        for (let i = 0; i < 20; i++) await (await fetch(`${url}/health`)).text();
      };
      await Promise.race([answered.catch(() => {}), others()]);
      const first = statusesOf(connection.received());
      connection.socket.write(body);
      await connection.closed;
      return [first, statusesOf(connection.received())];
    },
    wrongOn: ["bun"],
  },
  {
    number: "10",
    name: "HEAD says the length that GET has, or none",
    right: [],
    ask: async ({ url, port }) => {
      const wrong: string[] = [];
      for (const path of ["/health", "/ready", "/api/v1/events?limit=1", "/openapi.json", "/nowhere", "/"]) {
        const { byteLength } = await (await fetch(`${url}${path}`)).arrayBuffer();
        const head = await send(port, `HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n\r\n`);
        const said = /^content-length: (\d+)\r$/im.exec(head)?.[1];
        if (!head.endsWith(headEnd) || (said !== undefined && Number(said) !== byteLength)) wrong.push(head);
      }
      return wrong;
    },
  },
  {
    number: "12",
    name: "a report whose sender has ended its half of the connection is answered",
    right: [["200"], 1],
    ask: async ({ url, port }, key) => {
      const connection = openSocket(port, report(key));
      connection.socket.end();
      await connection.closed;
      return [statusesOf(connection.received()), (await eventsOf(url, [key])).length];
    },
    wrongOn: ["bun"],
  },
  {
    number: "13",
    name: "a report that ends its connection is answered, also with bytes behind it",
    right: [["200"], ["200"], ["200"], 3],
    ask: async ({ url, port }, key) => {
      const last = report(key, { more: [close] });
      const answers = [];
      for (const behind of [report(key), "\r\n", "\0garbage"])
        answers.push(statusesOf(await send(port, last + behind)));
      return [...answers, (await eventsOf(url, [key])).length];
    },
  },
  {
    number: "14",
    name: "a body that is too large, or from where it may not be, is refused before it is sent",
    right: ["413", "403"],
    ask: async ({ port }, key) => {
      const ask = async (length: number, ...more: readonly string[]) => {
        const text = report(key, { more: ["Expect: 100-continue", ...more] }).slice(0, -body.length);
        const head = text.replace(/Content-Length: \d+/, `Content-Length: ${length}`);
        const answer = await sendUntil(port, head, (received) => received.includes(headEnd));
        const isLast = /^connection: close\r$/im.test(answer);
        return isLast ? statusesOf(answer)[0] : answer;
      };
      return [await ask(2 ** 40), await ask(1_000_000, "Origin: https://example.com")];
    },
    wrongOn: ["bun"],
  },
  {
    number: "15",
    name: "two hosts are refused, and nothing is recorded",
    right: [["400"], 0],
    ask: async ({ url, port }, key) => {
      const answer = await send(port, report(key, { more: ["Host: localhost", close] }));
      return [statusesOf(answer), (await eventsOf(url, [key])).length];
    },
  },
  {
    number: "16",
    name: "a target that is a whole URL says the host, whatever Host says",
    right: [["200"], ["403"], ["400"], ["400"], 1],
    ask: async ({ url, port }, key) => {
      const path = `/report_asset_materialization/${key}`;
      const ask = async (host: string, said: string, more: readonly string[] = []) =>
        statusesOf(
          await send(port, report(key, { target: `http://${host}${path}`, host: said, more: [...more, close] })),
        );
      const answers = [
        await ask(`LOCALHOST:${port}`, "example.com"),
        await ask("example.com", "localhost"),
        await ask("somebody@localhost", "localhost"),
        await ask("localhost", "localhost", ["Host: localhost"]),
      ];
      return [...answers, (await eventsOf(url, [key])).length];
    },
    wrongOn: ["bun"],
  },
  {
    number: "19",
    name: "a report with garbage behind it is answered before its connection ends",
    right: [["200"], 1],
    ask: async ({ url, port }, key) => {
      const answer = await send(port, `${report(key)}\0garbage\r\n\r\n`);
      return [statusesOf(answer), (await eventsOf(url, [key])).length];
    },
    wrongOn: ["bun"],
  },
];

describe.each([...runtimes])("the %s server", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  const [wrong, right] = [true, false].map((isWrong) =>
    cases.filter(({ wrongOn = [] }) => wrongOn.includes(runtime) === isWrong),
  );

  test.each(right ?? [])("speaks HTTP, case $number: $name", async ({ number, ask, right }) => {
    expect(await ask(server, `case_${number}`)).toEqual(right);
  });

  // A fault of the runtime itself, which docs/runtimes.md has, with the way around it.
  test.each(wrong ?? [])("can't yet, case $number: $name", async ({ number, ask, right }) => {
    const isMended = Bun.deepEquals(await ask(server, `case_${number}`), right);
    const todo = `upstream mended case ${number} on ${runtime}: take it out of docs/runtimes.md, and of wrongOn here`;
    expect(isMended ? todo : "wrong").toBe("wrong");
  });

  test.each(["localhost.", "localhost:", "127.0.0.1:", "LOCALHOST.:80"])("is called %s as well", async (host) => {
    expect(statusesOf(await send(server.port, report("hosts", { host, more: [close] })))).toEqual(["200"]);
  });

  test("hints at a host's own name, whatever it is called by", async () => {
    const answer = await send(server.port, report("hosts", { host: "example.com.:80", more: [close] }));
    expect(answer).toContain("start it with --allowed-host example.com.");
    expect(answer).not.toContain("example.com..");
  });

  test.each([
    ["a head", report("half").indexOf("Content-Length")],
    ["a body", -5],
  ])(
    "refuses %s that ends in its midst with the sender's half of the connection, and records nothing",
    async (_, end) => {
      const connection = openSocket(server.port, report("half").slice(0, end));
      connection.socket.end();
      await connection.closed;
      expect(statusesOf(connection.received())).not.toContain("200");
      expect(await eventsOf(server.url, ["half"])).toHaveLength(0);
    },
  );

  test("ends a stream whose reader ends its half of the connection", async () => {
    const get = "GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const connection = openSocket(server.port, get);
    await connection.until((received) => received.includes("event: position"));
    const closed = new Promise((resolve) => connection.socket.once("close", resolve)); // by a reset too
    connection.socket.end();
    await closed;
  });
});
