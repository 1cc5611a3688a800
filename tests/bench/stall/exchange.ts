import { connect } from "node:net";

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What went to and fro, heads included. */
export interface Exchange {
  /** 0 where the connection ended without an answer. */
  readonly status: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

const mostMilliseconds = 180_000;

/**
 * Sends a request on a connection of its own and counts its answer to the end without looking into it, so that the
 * client costs as little as it can beside the server.
 */
export function exchange(port: number, { method, path, headers = {}, body }: RawRequest): Promise<Exchange> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (body !== undefined) lines.push(`content-length: ${body.length}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n${lines.join("")}\r\n`;
  return new Promise((resolve, reject) => {
    let start = ""; // of the answer: `HTTP/1.1 200`
    let receivedBytes = 0;
    const statusOf = () => Number(start.slice(9, 12));
    const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => {
      socket.write(head);
      if (body !== undefined) socket.write(body);
    });
    socket.on("data", (data) => {
      if (start.length < 12) start += data.toString("latin1", 0, 12);
      receivedBytes += data.length;
    });
    // A server may refuse a body before it has all of it; what it answered counts.
    socket.on("error", (error) => (start === "" ? reject(error) : socket.destroy()));
    socket.on("close", () =>
      resolve({ status: statusOf(), sentBytes: head.length + (body?.length ?? 0), receivedBytes }),
    );
    socket.setTimeout(mostMilliseconds, () => reject(new Error(`${method} ${path} took more than three minutes.`)));
  });
}

/** Does one after the other; the status is the last one's. */
export async function exchangeAll(port: number, requests: readonly RawRequest[]): Promise<Exchange> {
  let all: Exchange = { status: 0, sentBytes: 0, receivedBytes: 0 };
  for (const request of requests) {
    const { status, sentBytes, receivedBytes } = await exchange(port, request);
    all = {
      status,
      sentBytes: all.sentBytes + sentBytes,
      receivedBytes: all.receivedBytes + receivedBytes,
    };
  }
  return all;
}
