import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Exchange } from "./exchange.ts";

export interface Following {
  /** The id to resume after; without it, from now on. */
  readonly after?: number;
  /** A reader is done with the event of this id. */
  readonly until?: number;
  /** Or when so many bytes have come on its connection: what else is reported meanwhile is small. */
  readonly bytes?: number;
  /** One that does not read leaves all that comes in the kernel's buffers. */
  readonly isReading: boolean;
}

export interface Readers {
  /** All have their first bytes; of those that do not read, when their requests are on their way. */
  readonly started: Promise<void>;
  readonly done: Promise<void>;
  /** Ends them all and says what they were sent. */
  close(): Exchange;
}

/** Opens so many readers of `GET /api/v1/events/stream`. A reader that was cut off resumes, as a client does. */
export function openReaders(port: number, count: number, following: Following): Readers {
  const readers = Array.from({ length: count }, () => new StreamReader(port, following));
  return {
    started: Promise.all(readers.map((reader) => reader.started)).then(() => undefined),
    done: within(Promise.all(readers.map((reader) => reader.done))),
    close() {
      const queued = following.isReading ? 0 : queuedBytes(port);
      for (const reader of readers) reader.close();
      const sum = (of: (reader: StreamReader) => number) => readers.reduce((all, reader) => all + of(reader), 0);
      const refused = readers.find(({ status }) => status !== 200);
      return {
        status: following.isReading ? (refused?.status ?? 200) : 200,
        sentBytes: sum(({ sentBytes }) => sentBytes),
        receivedBytes: sum(({ receivedBytes }) => receivedBytes) + queued,
      };
    },
  };
}

const mostMilliseconds = 600_000;

async function within(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new Error("A stream did not bring its events within ten minutes."));
    timer = setTimeout(late, mostMilliseconds);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

const mark = Buffer.from("\nid: ");
const retryMilliseconds = 1000;

class StreamReader {
  readonly started: Promise<void>;
  readonly done: Promise<void>;
  status = 0;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #port: number;
  readonly #following: Following;
  #socket: Socket | undefined;
  #position: number | undefined;
  #connectionBytes = 0;
  #tail: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #onStart = () => {};
  #onDone = () => {};

  constructor(port: number, following: Following) {
    this.#port = port;
    this.#following = following;
    this.#position = following.after;
    this.started = new Promise((resolve) => {
      this.#onStart = resolve;
    });
    this.done = new Promise((resolve) => {
      this.#onDone = resolve;
    });
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #open(): void {
    const resume = this.#position === undefined ? "" : `last-event-id: ${this.#position}\r\n`;
    const head = `GET /api/v1/events/stream HTTP/1.1\r\nhost: 127.0.0.1:${this.#port}\r\n${resume}\r\n`;
    this.#connectionBytes = 0;
    let body: ((data: Buffer) => void) | undefined;
    let start: Buffer = Buffer.alloc(0); // of the answer, to the end of its head
    const socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true }, () => {
      socket.write(head);
      this.sentBytes += head.length;
      if (!this.#following.isReading) this.#onStart();
    });
    this.#socket = socket;
    if (!this.#following.isReading) socket.pause();
    socket.on("data", (data: Buffer) => {
      this.receivedBytes += data.length;
      this.#connectionBytes += data.length;
      if (body !== undefined) return body(data);
      start = Buffer.concat([start, data]);
      const end = start.indexOf("\r\n\r\n");
      if (end === -1) return;
      this.status = Number(start.toString("latin1", 9, 12));
      this.#onStart();
      if (this.status !== 200) return socket.destroy();
      body = dechunk((piece) => this.#take(piece));
      body(start.subarray(end + 4));
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#isClosed || !this.#following.isReading) return;
      // The last block may have been cut: these ids have no gaps.
      if (this.#position !== undefined && !this.#isWhole()) this.#position--;
      this.#tail = Buffer.alloc(0);
      if (this.status === 503) setTimeout(() => this.#isClosed || this.#open(), retryMilliseconds);
      else this.#open();
    });
  }

  /** Looks for ids and nothing else: a reader costs as little as it can. */
  #take(piece: Buffer): void {
    const text = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    this.#tail = text.subarray(Math.max(0, text.length - 40));
    const at = text.lastIndexOf(mark);
    if (at !== -1) {
      const id = Number.parseInt(text.toString("latin1", at + mark.length, at + 40), 10);
      // Its digits may be cut; they are in the tail then, and whole with the next piece.
      if (text.indexOf(10, at + mark.length) !== -1) this.#position = id;
    }
    const { until = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = this.#following;
    const isPast = (this.#position ?? 0) >= until || this.#connectionBytes >= bytes;
    if (isPast && this.#isWhole()) this.#onDone();
  }

  #isWhole(): boolean {
    return this.#tail.at(-1) === 10 && this.#tail.at(-2) === 10;
  }
}

/** Passes on what is in the chunks of HTTP's chunked coding. */
function dechunk(take: (piece: Buffer) => void): (data: Buffer) => void {
  let left = 0; // of the chunk
  let line = ""; // what has come of the line that says how long the next one is
  return (data) => {
    let at = 0;
    while (at < data.length) {
      if (left > 0) {
        const piece = data.subarray(at, at + left);
        left -= piece.length;
        at += piece.length;
        take(piece);
        continue;
      }
      const end = data.indexOf(10, at);
      line += data.toString("latin1", at, end === -1 ? data.length : end + 1);
      at = end === -1 ? data.length : end + 1;
      if (end === -1 || line === "\r\n") {
        if (end !== -1) line = "";
        continue;
      }
      left = Number.parseInt(line, 16) || 0;
      line = "";
    }
  };
}

/** What the connections of a server hold unread, on both sides, from Linux's own accounts. */
function queuedBytes(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let bytes = 0;
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local, remote, , queues = ""] = line.trim().split(/\s+/);
    if (!local?.endsWith(suffix) && !remote?.endsWith(suffix)) continue;
    for (const queue of queues.split(":")) bytes += Number.parseInt(queue, 16);
  }
  return bytes;
}
