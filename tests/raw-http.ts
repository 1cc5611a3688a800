import { once } from "node:events";
import { connect } from "node:net";

export interface RawRequest {
  /** Default: POST. */
  readonly method?: string;
  /** The path and query just as they go over the wire: nothing is normalised or escaped. */
  readonly target: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Whether the body goes as one chunk, and its length is not said before. Default: false. */
  readonly chunked?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawConnection {
  /** Sends one request and resolves with its whole answer. Rejects with ConnectionClosed, and never sends again. */
  send(request: RawRequest): Promise<RawAnswer>;
  close(): void;
}

/** The server closed the connection before the answer was whole. */
export class ConnectionClosed extends Error {
  override readonly name = "ConnectionClosed";
  /** What had come of the answer: anything but "" is a torn answer. */
  readonly received: string;
  constructor(received: string) {
    super(`The connection was closed after ${received.length} bytes of the answer.`);
    this.received = received;
  }
}

/** Sends one request over a connection of its own. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const connection = await openConnection(port);
  try {
    return await connection.send(request);
  } finally {
    connection.close();
  }
}

/** A keep-alive connection. Unlike fetch it never repeats a request of its own accord. `host` is what its header says. */
export async function openConnection(port: number, host = `127.0.0.1:${port}`): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  let received: Buffer = Buffer.alloc(0);
  let closed = false;
  let pending: { readonly method: string; readonly answer: PromiseWithResolvers<RawAnswer> } | undefined;

  function answerPending(): void {
    if (pending === undefined) return;
    const { method, answer } = pending;
    try {
      const parsed = parseAnswer(received, method);
      if (parsed === undefined) return;
      received = received.subarray(parsed.length);
      answer.resolve(parsed.answer);
    } catch (error) {
      answer.reject(error);
    }
    pending = undefined;
  }
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    answerPending();
  });
  // A reset is followed by "close", which says all that a caller needs.
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
    pending?.answer.reject(new ConnectionClosed(received.toString("latin1")));
    pending = undefined;
  });
  return {
    send(request) {
      if (closed) return Promise.reject(new ConnectionClosed(""));
      if (received.length > 0) return Promise.reject(new Error(`Bytes that no request asked for: ${received}`));
      const { method = "POST" } = request;
      const answer = Promise.withResolvers<RawAnswer>();
      pending = { method, answer };
      socket.write(formatRequest(host, request, method));
      return answer.promise;
    },
    close: () => socket.destroy(),
  };
}

function formatRequest(host: string, request: RawRequest, method: string): string {
  const { target, headers = [], body, chunked = false } = request;
  const length = Buffer.byteLength(body ?? "");
  const framing = chunked ? (["transfer-encoding", "chunked"] as const) : (["content-length", `${length}`] as const);
  const all = [["host", host] as const, ...headers, ...(body === undefined ? [] : [framing])];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
  const chunk = length === 0 ? "" : `${length.toString(16)}\r\n${body}\r\n`;
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${chunked ? `${chunk}0\r\n\r\n` : (body ?? "")}`;
}

/** The answer that the bytes start with, and its length in bytes; undefined while some of it is missing. */
function parseAnswer(bytes: Buffer, method: string): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const [, status] = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) throw new Error(`Not the status line of an answer: ${JSON.stringify(statusLine)}`);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const body = readBody(bytes.subarray(headEnd + 4), headers, method);
  if (body === undefined) return undefined;
  const answer = { status: Number(status), headers, body: body.content.toString("utf8") };
  return { answer, length: headEnd + 4 + body.length };
}

interface Body {
  readonly content: Buffer;
  /** In bytes, as it went over the wire. */
  readonly length: number;
}

function readBody(bytes: Buffer, headers: ReadonlyMap<string, string>, method: string): Body | undefined {
  if (method === "HEAD") return { content: Buffer.alloc(0), length: 0 };
  if (headers.get("transfer-encoding") === "chunked") return readChunks(bytes);
  const text = headers.get("content-length");
  if (text === undefined) throw new Error("The answer says neither content-length nor transfer-encoding: chunked.");
  const length = Number(text);
  return bytes.length < length ? undefined : { content: bytes.subarray(0, length), length };
}

function readChunks(bytes: Buffer): Body | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const start = lineEnd + 2;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    at = start + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { content: Buffer.concat(chunks), length: at };
    chunks.push(bytes.subarray(start, start + size));
  }
}
