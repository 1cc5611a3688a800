import type { HttpError } from "../http-error.ts";

/** Reads a body chunk by chunk, and can be told from outside to stop, even while it waits for the sender. */
export interface BodyReader {
  /**
   * The next chunk; undefined at the end, after `stop`, and where the sender broke off or sent nothing for `timeout`
   * milliseconds. Never rejects.
   */
  read(timeout: number): Promise<Uint8Array | undefined>;
  stop(): void;
  /** `ended` once the sender has sent all, `broken` where it went away before, `late` where the time-out passed. */
  state(): "open" | "ended" | "broken" | "late";
  /** What is wrong with what was read, where that is not that its sender went away. */
  problem(): HttpError | undefined;
  /** Whether nothing of it is left on the connection. */
  isDrained(): boolean;
  /** Reads on and drops what comes. Resolves at the end of the body, or after `timeout` milliseconds. */
  drain(timeout: number): Promise<void>;
}

/** The header of an answer that ends the connection, where what is still to come would be taken for the next request. */
export function endConnection(body: BodyReader): Readonly<Record<string, string>> {
  return body.isDrained() ? {} : { connection: "close" };
}

/** How many milliseconds a sender whose body is refused may go on before its connection is given up. */
export const drainTimeout = 5000;

export function openBody(body: ReadableStream<Uint8Array> | null): BodyReader {
  const reader = body?.getReader();
  let state: ReturnType<BodyReader["state"]> = reader === undefined ? "ended" : "open";
  let stopped = false;
  let release = () => {};

  // Not Promise.race, which would keep a reaction on a stop promise for every chunk of an endless body.
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
