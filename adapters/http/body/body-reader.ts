import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";

/** Reads a body chunk by chunk. `stop` ends it from outside, even while it waits for the sender. */
export interface BodyReader {
  /**
   * Resolves with the next chunk. Resolves with undefined at the end, after `stop`, if the sender went away, and if it
   * sent nothing for `timeout` milliseconds. Never rejects.
   */
  read(timeout: number): Promise<Uint8Array | undefined>;
  stop(): void;
  /** `ended`: the sender has sent all. `broken`: it went away before that. `late`: the time-out passed. */
  state(): "open" | "ended" | "broken" | "late";
  /** The error of a body that can't be decoded. */
  problem(): HttpError | undefined;
  /** Whether nothing of the body is left on the connection. */
  isDrained(): boolean;
  /** Reads the rest and drops it. Resolves at the end of the body, or after `timeout` milliseconds. */
  drain(timeout: number): Promise<void>;
}

/** The header that ends the connection, if the rest of the body would be taken for the next request. */
export function endConnection(body: BodyReader): Readonly<Record<string, string>> {
  return body.isDrained() ? {} : { connection: "close" };
}

/** How long a sender may go on sending a body that is refused before its connection is ended, in milliseconds. */
export const drainTimeout = 5000;

/**
 * Rejects with the error once the request's body is drained. The runtimes take a body that nobody read for the next
 * request of its connection, or end the connection. If draining takes too long, the answer ends the connection. It also
 * does so if the body was not sent yet, because the sender waits for a 100.
 */
export async function refuse(request: RequestParts, error: HttpError): Promise<never> {
  const { status, message, headers, details } = error;
  const last = () => new HttpError(status, message, { ...headers, connection: "close" }, details);
  if (request.isAwaited?.()) throw last();
  const body = openBody(request.body);
  await body.drain(drainTimeout);
  throw body.state() === "open" ? last() : error;
}

export function openBody(body: ReadableStream<Uint8Array> | null): BodyReader {
  const reader = body?.getReader();
  let state: ReturnType<BodyReader["state"]> = reader === undefined ? "ended" : "open";
  let stopped = false;
  let release = () => {};

  // Not Promise.race: it would keep a reaction on a stop promise for every chunk of an endless body.
  function next(): Promise<Uint8Array | undefined> {
    if (reader === undefined || state !== "open") return Promise.resolve(undefined);
    return new Promise((resolve) => {
      release = () => resolve(undefined);
      reader.read().then(
        ({ done, value }) => {
          if (done && state === "open") state = "ended";
          resolve(value);
        },
        () => {
          if (state === "open") state = "broken";
          resolve(undefined);
        },
      );
    });
  }

  return {
    async read(timeout) {
      if (stopped) return undefined;
      const timer = setTimeout(() => {
        state = "late";
        release();
      }, timeout);
      const chunk = await next();
      clearTimeout(timer);
      return chunk;
    },
    stop() {
      stopped = true;
      release();
    },
    state: () => state,
    problem: () => undefined,
    isDrained: () => state === "ended" || state === "broken",
    async drain(timeout) {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        release();
      }, timeout);
      while (state === "open" && !late) await next();
      clearTimeout(timer);
    },
  };
}
