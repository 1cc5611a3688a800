import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { type Client, createClient, type Transaction } from "@libsql/client";
import { processStatus } from "../bench/process-status.ts";
import { type RawAnswer, sendRaw } from "../raw-http.ts";
import { walkEvents } from "../read-events.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";

const jsonType = ["content-type", "application/json"] as const;
const lineType = ["content-type", "application/x-ndjson"] as const;

describe.each([...runtimes])("a %s server that is told more than the disk takes", (runtime) => {
  let server: RunningServer;
  let other: Client;
  let held: Transaction;
  /** A server whose database another process has locked: nothing that it is told can be recorded for now. */
  async function startLocked(...args: readonly string[]): Promise<void> {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    server = await startServer(runtime, { databaseUrl, args });
    other = createClient({ url: databaseUrl, concurrency: 1 });
    held = await other.transaction("write");
  }

  test("answers 503 at once past its queue, keeps what it let in, and lets an import wait", async () => {
    await startLocked("--max-queue-events", "20");
    const refused: RawAnswer[] = [];
    const send = async (i: number) => {
      const answer = await report(server, String(i));
      if (answer.status === 503) refused.push(answer);
      return { uid: String(i), answer };
    };
    const first = send(0);
    while ((await queued(server)) < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const sending = [first, ...Array.from({ length: 199 }, (_, i) => send(i + 1))];
    // The first report is being recorded, 20 wait; the others have their answers while the lock is held.
    while (refused.length < 200 - 21) await new Promise((resolve) => setTimeout(resolve, 5));
    const importing = sendRaw(server.port, { target: "/api/v1/events", headers: [lineType], body: lines(3000) });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await held.rollback();

    const acknowledged = (await Promise.all(sending)).filter(({ answer }) => answer.status === 200);
    expect(acknowledged).toHaveLength(21);
    for (const { headers, body } of refused) {
      expect(headers.get("retry-after")).toBe("1");
      expect(JSON.parse(body).error).toMatch(
        /^More is reported than can be recorded: 20 events of \d+ bytes wait already, and the limit is 20 events\. .+ --max-queue-events sets that limit\.$/,
      );
    }
    const imported = await importing;
    expect([imported.status, JSON.parse(imported.body).recorded]).toEqual([200, 3000]);
    const recorded = (await uidsOf(server)).filter((uid) => uid !== "line");
    expect(recorded.toSorted()).toEqual(acknowledged.map(({ uid }) => uid).toSorted());
    await end();
  }, 30_000);

  test("takes no more memory the more it is told", async () => {
    await startLocked("--max-queue-bytes", "2000000");
    const size = 300_000;
    const reports = 40;
    const resident = () => processStatus(server.process.pid ?? 0).resident;
    const wave = () => Array.from({ length: reports }, () => report(server, "large", size));

    // What waits exceeds the limit by one report at most, and one more is being recorded. One by one, since bodies that
    // are being read take room as well.
    const first: Promise<RawAnswer>[] = [];
    while (first.length < 2_000_000 / size + 1) {
      first.push(report(server, "large", size));
      while ((await queued(server)) < first.length) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await report(server, "large", size)).body).toContain(
      "the limit is 2000000 bytes. Nothing of this is recorded; send it again a little later. --max-queue-bytes sets that limit.",
    );
    const before = resident();
    const waves = 30; // many, since what is garbage may stay for a while
    for (let i = 0; i < waves; i++) await Promise.all(wave());
    // If it were kept, what was sent would take several times its own size.
    expect(resident() - before).toBeLessThan(waves * reports * size);
    await held.rollback();
    await Promise.all(first);
    await end();
  }, 60_000);

  test("holds no more of large bodies than may wait, and takes small reports meanwhile", async () => {
    await startLocked("--max-queue-bytes", "2000000");
    await held.rollback();
    const large = JSON.stringify({ metadata: { uid: "large", text: "x".repeat(600_000) } });
    const head = `POST /report_asset_materialization/large HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${large.length}\r\n\r\n`;
    const senders = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const socket = connect(server.port, "127.0.0.1");
        await new Promise<void>((resolve) => socket.write(head + large.slice(0, -1), () => resolve()));
        return socket;
      }),
    );
    for (let i = 0; i < 20; i++) expect((await report(server, "small")).status).toBe(200);
    const answers = senders.map(async (socket) => {
      const answer = once(socket, "data");
      socket.write(large.slice(-1));
      const [text] = await answer;
      socket.destroy();
      return String(text).slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
    });
    const statuses = await Promise.all(answers);
    const letIn = statuses.filter((status) => status === "200").length;
    expect(letIn).toBeGreaterThan(0);
    expect(letIn * large.length).toBeLessThanOrEqual(2_000_000);
    expect(statuses.filter((status) => status === "503")).toHaveLength(senders.length - letIn);
    expect((await uidsOf(server)).filter((uid) => uid === "large")).toHaveLength(letIn);
    await end();
  }, 30_000);

  test("holds no more of long lines than may wait, and an import that it ends says how far it got", async () => {
    await startLocked("--max-queue-bytes", "2000000");
    await held.rollback();
    const [line = ""] = lines(1).split("\n");
    const half = JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: "long", description: "x".repeat(900_000) });
    const long = `${half.slice(0, -2)}${"x".repeat(100_000)}"}`;
    const open = async () => {
      const socket = connect(server.port, "127.0.0.1");
      let answer = "";
      socket.on("data", (data) => {
        answer += data;
      });
      const head = `POST /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\n`;
      socket.write(`${head}content-length: ${line.length + long.length + 2}\r\n\r\n${line}\n${half.slice(0, -2)}`);
      const answered = async () => {
        while (!answer.includes('"errors"')) await once(socket, "data");
        socket.destroy();
        return answer;
      };
      return { answered, finish: () => socket.write(`${"x".repeat(100_000)}"}\n`) };
    };
    const imports = await Promise.all([open(), open(), open()]);
    while ((await uidsOf(server)).length < imports.length) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const { finish } of imports) finish();
    const answers = await Promise.all(imports.map(({ answered }) => answered()));
    const ended = answers.filter((answer) => answer.startsWith("HTTP/1.1 503"));
    const whole = answers.filter((answer) => answer.startsWith("HTTP/1.1 200"));
    expect(ended.length).toBeGreaterThan(0);
    expect(whole.length).toBe(imports.length - ended.length);
    expect(whole.length).toBeGreaterThan(0);
    for (const answer of ended) {
      expect(answer).toContain("Bodies of 2000000 bytes are being read, as many as --max-queue-bytes allows");
      expect(answer).toContain("Every line up to 1 has been dealt with");
      expect(answer).toContain('"last_durable_line":1}');
    }
    await end();
  }, 30_000);

  async function end(): Promise<void> {
    other.close();
    await server.stop();
  }
});

/** A report of about so many bytes. */
function report({ port }: RunningServer, uid: string, size = 0): Promise<RawAnswer> {
  const body = JSON.stringify({ metadata: { uid, text: "x".repeat(size) } });
  return sendRaw(port, { target: "/report_asset_materialization/overload", headers: [jsonType], body });
}

/** How many events wait, by the server's own account. */
async function queued({ url }: RunningServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^runless_queue_events (\d+)$/m.exec(text)?.[1]);
}

function lines(count: number): string {
  const event = { type: "ASSET_MATERIALIZATION", asset_key: "import", metadata: { uid: "line" } };
  return `${JSON.stringify(event)}\n`.repeat(count);
}

async function uidsOf({ url }: RunningServer): Promise<string[]> {
  const events = await Array.fromAsync(walkEvents(url));
  return events.map(({ metadata }) => String(metadata.uid?.raw_value));
}
