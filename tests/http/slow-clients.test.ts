import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventsOf } from "../read-events.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { importLines, lineOf } from "./import-lines.ts";
import { openSocket } from "./open-socket.ts";

const idleSeconds = 2;
/** Every test here waits for time-outs, and Bun's may be late by several seconds. */
const patience = 60_000;

const json = "host: localhost\r\ncontent-type: application/json\r\n";
const reportHead = (key: string, length: string) =>
  `POST /report_asset_materialization/${key} HTTP/1.1\r\n${json}${length}\r\n\r\n`;
const importHead = "POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n";
const exportHead =
  "GET /api/v1/events?prefix=large HTTP/1.1\r\nhost: localhost\r\naccept: application/x-ndjson\r\n\r\n";
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** A sender that never comes to an end: what it sends at once, and what then, again and again. */
const slowSenders: readonly (readonly [string, string, string])[] = [
  ["nothing", "", ""],
  ["half a head", "GET /health HTTP/1.1\r\nhost: localhost\r\n", ""],
  ["a head, letter by letter", "GET /health HTTP/1.1\r\nx-slow: ", "a"],
  [
    "a second head, letter by letter",
    "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\nGET /health HTTP/1.1\r\nx-slow: ",
    "a",
  ],
  ["half a body", `${reportHead("slow", "content-length: 100")}{`, ""],
  ["a small body, letter by letter", `${reportHead("slow", "content-length: 10000")}{"`, "a"],
  ["a large body, letter by letter", `${reportHead("slow", "content-length: 1000000")}{"`, "a"],
  ["a body of unknown length, letter by letter", reportHead("slow", "transfer-encoding: chunked"), chunk(" ")],
  ["half a line of an import", `${importHead}content-length: 100\r\n\r\n{"type":`, ""],
];

describe.each([...runtimes])("%s ends a connection", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { args: ["--max-idle-seconds", String(idleSeconds)] });
  });
  afterAll(() => server.stop());

  test.concurrent.each([...slowSenders])(
    "whose client sends %s",
    async (_, first, then) => {
      const { socket, closed, received } = openSocket(server.port, first);
      const sending = setInterval(() => socket.write(then), 200);
      await closed;
      clearInterval(sending);
      const answers = received().match(/HTTP\/1\.1 \d+/g) ?? [];
      expect(["", "HTTP/1.1 200", "HTTP/1.1 408"]).toContain(answers.at(-1) ?? "");
      expect(await eventsOf(server.url, ["slow"])).toEqual([]);
    },
    patience,
  );

  test.concurrent(
    "whose import pauses, records what was whole, and says how far it got",
    async () => {
      const head = `${importHead}transfer-encoding: chunked\r\n\r\n`;
      const { closed, received } = openSocket(
        server.port,
        head + chunk(lineOf("paused").repeat(3) + lineOf("paused").slice(0, 9)),
      );
      await closed;
      expect(received()).toStartWith("HTTP/1.1 408");
      expect(received()).toContain(`Nothing came for ${idleSeconds} seconds. Every line up to 3 has been dealt with`);
      expect(received()).toContain('"last_durable_line":3}');
      expect(await eventsOf(server.url, ["paused"])).toHaveLength(3);
    },
    patience,
  );
});

describe.each([...runtimes])("%s does not end a connection", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { args: ["--max-idle-seconds", String(idleSeconds)] });
  });
  afterAll(() => server.stop());

  test.concurrent(
    "whose import goes on, for however long, and serves the next request on it",
    async () => {
      const { socket, until, received } = openSocket(server.port, `${importHead}transfer-encoding: chunked\r\n\r\n`);
      const lines = 5 * 3 * idleSeconds;
      for (let i = 0; i < lines; i++) {
        socket.write(chunk(lineOf("steady")));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      socket.write("0\r\n\r\n");
      await until((answer) => answer.includes('"errors"'));
      expect(received()).toStartWith("HTTP/1.1 200");
      expect(received()).toContain(`"recorded":${lines}`);
      const { length } = received();
      socket.write("GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
      await until((answer) => answer.slice(length).startsWith("HTTP/1.1 200"));
      socket.destroy();
    },
    patience,
  );

  test.concurrent(
    "whose stream has nothing to say",
    async () => {
      const request = new AbortController();
      const blocks = readStream(
        // A connection of its own: the server may be closing one that was kept.
        await fetch(`${server.url}/api/v1/events/stream?asset_key=quiet`, { signal: request.signal, keepalive: false }),
      );
      await blocks.next();
      const { value: heartbeat } = await blocks.next(); // after longer than a connection may be idle
      expect([heartbeat?.event, heartbeat?.comment]).toContainEqual(undefined);
      request.abort();
    },
    patience,
  );

  test.concurrent(
    "whose client reads slowly",
    async () => {
      await importLines(server, lineOf("large", "x".repeat(1_000_000)).repeat(8));
      const { socket, until } = openSocket(server.port, exportHead);
      const pause = 300;
      let pauses = 0;
      socket.on("data", () => {
        pauses++;
        socket.pause();
        setTimeout(() => socket.resume(), pause);
      });
      await until((answer) => answer.endsWith("0\r\n\r\n"));
      expect(pauses * pause).toBeGreaterThan(2 * idleSeconds * 1000);
      socket.destroy();
    },
    patience,
  );
});
