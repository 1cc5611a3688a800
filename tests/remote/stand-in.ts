import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "libsql";
import { portToReturnTo } from "../server.ts";
import { HranaStream, ProtocolError } from "./hrana-stream.ts";
import { HranaError, type PipelineRequest } from "./hrana-types.ts";
import { WriteQueue } from "./write-queue.ts";

/** What happens to a request on its way. */
export type Interference =
  /** The connection is dropped before anything is executed. */
  | "drop before"
  /** It is executed, and the connection dropped before the answer. */
  | "drop after"
  /** It is executed, and never answered. */
  | "no answer"
  /** 401, as for a token that was revoked. */
  | "refuse token"
  /** 502, as from a proxy: nothing was executed. */
  | "bad gateway";

export interface StandInOptions {
  readonly file: string;
  /** Default: a free one, to which no other program comes when the stand-in leaves it. */
  readonly port?: number;
  /** Without one, everybody is let in. */
  readonly token?: string;
  /** Put before each request and each answer, in milliseconds. */
  readonly delay?: number;
  /** How long a transaction may hold the write lock, in milliseconds. */
  readonly transactionMs?: number;
  /** How long a stream may be quiet, in milliseconds. */
  readonly streamMs?: number;
  readonly mostResponseBytes?: number;
}

export interface StandIn {
  readonly url: string;
  readonly file: string;
  /** Put before each request and each answer, in milliseconds. */
  delay: number;
  /** Asked about every request, which waits for the answer; undefined leaves it alone. */
  interfere: (request: PipelineRequest) => Interference | undefined | Promise<Interference | undefined>;
  /** Pipeline requests that arrived so far. */
  readonly requests: number;
  /** Forgets every open stream, as after they were quiet for too long. */
  expireStreams(): void;
  close(): Promise<void>;
}

interface OpenStream {
  readonly stream: HranaStream;
  readonly database: Database.Database;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Starts a server of Hrana over HTTP on a free port of 127.0.0.1; see the README on what it is and is not. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { file, token, transactionMs = 5_000, streamMs = 10_000, mostResponseBytes = 10_000_000 } = options;
  const queue = new WriteQueue(transactionMs);
  const idle: Database.Database[] = [];
  const all: Database.Database[] = [];
  const open = new Map<string, OpenStream>();
  const expired = new Set<string>();
  let arrived = 0;

  function openDatabase(): Database.Database {
    const database = new Database(file, { timeout: 0 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"); // as sqld has it
    all.push(database);
    return database;
  }

  function letGo({ stream, database }: Omit<OpenStream, "timer">): void {
    stream.close();
    idle.push(database);
  }

  function expire(baton: string): void {
    const found = open.get(baton);
    if (found === undefined) return;
    clearTimeout(found.timer);
    open.delete(baton);
    expired.add(baton);
    letGo(found);
  }

  function take(baton: string | null | undefined, version: number): Omit<OpenStream, "timer"> {
    if (baton == null) {
      const database = idle.pop() ?? openDatabase();
      return { database, stream: new HranaStream(database, queue, version) };
    }
    if (expired.has(baton)) throw new HranaError("STREAM_EXPIRED", "The stream has expired due to inactivity");
    const found = open.get(baton);
    if (found === undefined) throw new ProtocolError("Received an invalid baton");
    clearTimeout(found.timer);
    open.delete(baton);
    return found;
  }

  async function pipeline({ baton, requests }: PipelineRequest, version: number): Promise<object> {
    const { stream, database } = take(baton, version);
    let isOpen = true;
    try {
      const results: object[] = [];
      for (const request of requests) {
        try {
          const response = { type: request.type, ...(await stream.handle(request)) };
          results.push({ type: "ok", response });
        } catch (error) {
          if (!(error instanceof HranaError)) throw error;
          results.push({ type: "error", error: { message: error.message, code: error.code } });
        }
        if (request.type === "close") isOpen = false;
      }
      if (!isOpen) return { baton: null, base_url: null, results };
      const next = crypto.randomUUID();
      const timer = setTimeout(() => expire(next), streamMs);
      open.set(next, { stream, database, timer });
      return { baton: next, base_url: null, results };
    } catch (error) {
      isOpen = false;
      throw error;
    } finally {
      if (!isOpen) letGo({ stream, database });
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const [, version] = /^\/v([23])(\/pipeline)?$/.exec(path) ?? [];
    const send = (status: number, body: string, type = "application/json") => {
      response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
      response.end(body);
    };
    if (version === undefined) return send(404, "", "text/plain");
    if (!path.endsWith("/pipeline")) return send(200, "Hello, this is HTTP API (Hrana over HTTP)", "text/plain");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    await wait();
    arrived++;
    const parsed: PipelineRequest = JSON.parse(Buffer.concat(chunks).toString());
    const interference = await standIn.interfere(parsed);
    if (interference === "drop before") return void request.socket.destroy();
    if (interference === "bad gateway") return send(502, "Bad Gateway", "text/plain");
    const given = request.headers.authorization;
    if (interference === "refuse token" || (token !== undefined && given !== `Bearer ${token}`)) {
      return send(401, JSON.stringify({ error: "Unauthorized: `The JWT is invalid`" }));
    }
    const [status, body, type] = await respond(parsed, Number(version));
    if (interference === "drop after") return void request.socket.destroy();
    if (interference === "no answer") return;
    await wait();
    send(status, body, type);
  }

  async function respond(parsed: PipelineRequest, version: number): Promise<[number, string, string?]> {
    try {
      const body = JSON.stringify(await pipeline(parsed, version));
      if (body.length <= mostResponseBytes) return [200, body];
      const error = { type: "error", error: { message: "Response is too large", code: "RESPONSE_TOO_LARGE" } };
      return [200, JSON.stringify({ baton: null, base_url: null, results: parsed.requests.map(() => error) })];
    } catch (error) {
      if (error instanceof HranaError) {
        return [400, JSON.stringify({ message: error.message, code: error.code })];
      }
      if (error instanceof ProtocolError) return [400, error.message, "text/plain"];
      throw error;
    }
  }

  async function wait(): Promise<void> {
    if (standIn.delay > 0) await sleep(standIn.delay);
  }

  openDatabase();
  idle.push(...all);
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      request.socket.destroy();
    });
  });
  server.listen(options.port ?? (await portToReturnTo()), "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const standIn: StandIn = {
    url: `http://127.0.0.1:${port}`,
    file,
    delay: options.delay ?? 0,
    interfere: () => undefined,
    get requests() {
      return arrived;
    },
    expireStreams() {
      for (const baton of [...open.keys()]) expire(baton);
    },
    async close() {
      for (const { timer } of open.values()) clearTimeout(timer);
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      for (const database of all) database.close();
    },
  };
  return standIn;
}
