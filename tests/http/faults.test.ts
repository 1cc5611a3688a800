import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { openConnection } from "../raw-http.ts";
import { readStream } from "../read-stream.ts";
import { programs, runtimes } from "../server.ts";

const repository = join(import.meta.dir, "../..");
const lines = { "content-type": "application/x-ndjson" };
const ndjson = { accept: "application/x-ndjson" };
const line = (key: string, description = "") =>
  `${JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: key, description })}\n`;

interface Page {
  readonly events: readonly { readonly description: string }[];
}

describe.each([...runtimes])("when something goes wrong on %s", (runtime) => {
  let server: ChildProcess;
  let port = 0;
  let url = "";
  beforeAll(async () => {
    const args = [...(runtime === "deno" ? ["run", "--allow-all"] : []), "tests/http/faulty-server.mjs"];
    const child = spawn(programs[runtime], args, { cwd: repository, stdio: ["ignore", "pipe", "inherit"] });
    server = child;
    const [text] = await once(child.stdout, "data");
    port = Number(text);
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(() => void server.kill());

  const post = (body: string) => fetch(`${url}/api/v1/events`, { method: "POST", headers: lines, body });
  // What the answers hold is what the tests look at, so a wrong shape fails them.
  const get = async <Shape>(path: string) => (await (await fetch(`${url}${path}`)).json()) as Shape;
  const counts = () => get<{ readonly watchers: number; readonly pages: number }>("/counts");
  const eventsOf = async (key: string) =>
    (await get<Page>(`/api/v1/events?asset_key=${key}&order=asc&limit=1000`)).events;

  /** Opens an import whose body goes on for as long as the caller likes. */
  function openImport() {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {}); // a reset; "close" follows
    socket.write(
      "POST /api/v1/events HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    const send = (bytes: Buffer) => {
      socket.write(`${bytes.byteLength.toString(16)}\r\n`);
      socket.write(bytes);
      socket.write("\r\n");
    };
    return { socket, send, answer: () => answer };
  }

  async function untilRecorded(key: string, count: number): Promise<void> {
    while ((await eventsOf(key)).length < count);
  }

  test("a store that fails midway is a 503 with the counts, and the connection serves on", async () => {
    const connection = await openConnection(port);
    const body = line("a").repeat(2000) + line("unrecordable") + line("a").repeat(20_000);
    const headers = [["content-type", "application/x-ndjson"]] as const;
    for (let i = 0; i < 3; i++) {
      const answer = await connection.send({ target: "/api/v1/events", headers, body });
      expect(answer.status).toBe(503);
      const counted = JSON.parse(answer.body);
      expect(counted.error).toStartWith("The disk is full. Every line up to ");
      expect(counted.recorded).toBeGreaterThanOrEqual(counted.last_durable_line);
      expect(counted.last_durable_line).toBeLessThanOrEqual(2000);
      expect((await connection.send({ method: "GET", target: "/health" })).status).toBe(200);
    }
    connection.close();
  });

  test("a large body that is refused unread leaves its connection in order", async () => {
    const connection = await openConnection(port);
    const body = "x".repeat(3_000_000);
    for (const [type, key, target, status] of [
      ["text/plain", "", "", 415],
      ["application/x-ndjson", "", "?x=1", 400],
      ["application/x-ndjson", "k", "", 400],
      ["application/json", "k".repeat(256), "", 400],
    ] as const) {
      const headers = [["content-type", type] as const, ...(key === "" ? [] : [["idempotency-key", key] as const])];
      expect((await connection.send({ target: `/api/v1/events${target}`, headers, body })).status).toBe(status);
      expect((await connection.send({ method: "GET", target: "/health" })).status).toBe(200);
    }
    connection.close();
  });

  test("a body without end is told that the store failed, and its connection is closed", async () => {
    const { socket, send, answer } = openImport();
    send(Buffer.from(line("endless")));
    await untilRecorded("endless", 1);
    send(Buffer.from(line("unrecordable")));
    const sending = setInterval(() => send(Buffer.from(line("endless"))), 100);
    await new Promise((resolve) => socket.once("close", resolve)); // not once(), which a reset before it would reject
    clearInterval(sending);
    expect(answer()).toStartWith("HTTP/1.1 503");
    expect(answer()).toContain('"last_durable_line":1}');
  }, 20_000);

  test("a body that breaks off leaves what was whole recorded, and nothing half", async () => {
    const { socket, send } = openImport();
    send(Buffer.from(line("half").repeat(3) + line("half").slice(0, 20)));
    await untilRecorded("half", 3);
    socket.destroy();
    await once(socket, "close");
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await eventsOf("half")).toHaveLength(3);
  });

  test("chunks that end inside a character and inside a line are read as one body, as they arrive", async () => {
    const { socket, send, answer } = openImport();
    socket.setNoDelay(true);
    const bytes = Buffer.from(line("pieces", "é€😀") + line("pieces", "last").trimEnd());
    const first = bytes.indexOf(Buffer.from("😀")) + 2;
    send(bytes.subarray(0, first));
    send(bytes.subarray(first, first + 5));
    send(bytes.subarray(first + 5, -1));
    await untilRecorded("pieces", 1);
    send(bytes.subarray(-1));
    socket.write("0\r\n\r\n");
    while (!answer().includes('"errors"')) await once(socket, "data");
    socket.destroy();
    expect(answer()).toContain('"received":2,"recorded":2,');
    expect(await eventsOf("pieces")).toMatchObject([{ description: "é€😀" }, { description: "last" }]);
  });

  test("an export whose store fails midway breaks off, so that a client can tell", async () => {
    await post(line("before").repeat(500) + line("unreadable") + line("after"));
    const response = await fetch(`${url}/api/v1/events?prefix=before`, { headers: ndjson });
    expect((await response.text()).split("\n").length).toBe(501);
    const broken = await fetch(`${url}/api/v1/events`, { headers: ndjson });
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
  });

  test("an export waits for a slow reader", async () => {
    await post(line("slow", "x".repeat(10_000)).repeat(8000));
    const { pages: before } = await counts();
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /api/v1/events?asset_key=slow HTTP/1.1\r\nhost: a\r\naccept: application/x-ndjson\r\n\r\n");
    await once(socket, "data");
    socket.pause();
    // Until it has filled the buffers between us: the same count over and over again.
    let pages = before;
    for (let same = 0; same < 100; same++) {
      const now = (await counts()).pages;
      if (now !== pages) same = 0;
      pages = now;
    }
    expect(pages - before).toBeLessThan(40); // of about 80
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    while (received < 8000 * 10_000) await once(socket, "data");
    socket.destroy();
  }, 30_000);

  test("a stream lets go of the log when its client goes away", async () => {
    const request = new AbortController();
    const blocks = readStream(await fetch(`${url}/api/v1/events/stream`, { signal: request.signal }));
    await blocks.next();
    while ((await counts()).watchers !== 1);
    const waiting = blocks.next().catch(() => undefined);
    request.abort();
    await waiting;
    while ((await counts()).watchers !== 0);
  });
});
