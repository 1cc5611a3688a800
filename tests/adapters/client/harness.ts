import { RunlessClient, type RunlessClientOptions } from "../../../adapters/client.ts";
import { resolveConfig } from "../../../adapters/config/config.ts";
import { createMemoryEventLog, type EventLog } from "../../../storage/index.ts";
import { testApp } from "../http/test-app.ts";

export type Fetch = NonNullable<RunlessClientOptions["fetch"]>;

export interface TestServer {
  readonly log: EventLog;
  readonly fetch: (url: string, init: RequestInit) => Response | Promise<Response>;
}

/** A server without a socket. */
export function testServer(): TestServer {
  const log = createMemoryEventLog({ now: Date.now });
  const app = testApp({ log, config: resolveConfig([], {}) });
  return { log, fetch: (url, init) => app.request(url, init) };
}

export interface Timers {
  readonly wait: NonNullable<RunlessClientOptions["wait"]>;
  /** Those that ended at once, in milliseconds. */
  readonly delays: number[];
  /** Ends those that hang and resolves when it has. */
  readonly fire: () => void;
  /** Resolves when one hangs. */
  readonly hanging: () => Promise<void>;
}

/** Timers of exactly `hang` milliseconds hang until they are fired; all others end at once. */
export function manualTimers(hang: number): Timers {
  const delays: number[] = [];
  const waiting = new Set<() => void>();
  let started = Promise.withResolvers<void>();
  return {
    delays,
    wait: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      if (milliseconds !== hang) return void delays.push(milliseconds);
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve);
        started.resolve();
        signal?.addEventListener("abort", () => {
          waiting.delete(resolve);
          reject(signal.reason);
        });
      });
    },
    fire: () => {
      started = Promise.withResolvers();
      for (const end of waiting) end();
      waiting.clear();
    },
    hanging: () => started.promise,
  };
}

export const timeout = 30_000;

/** A client that spreads its attempts as far as it may, with timers that end at once. */
export function testClient(options: Partial<RunlessClientOptions> = {}): RunlessClient {
  const { wait } = manualTimers(timeout);
  return new RunlessClient({ url: "http://runless.test", random: () => 1, wait, ...options });
}

/** The answers of a list, in turn, and then those of `next`; an Error is thrown. */
export function scripted(answers: readonly (Response | Error)[], next?: Fetch): Fetch & { readonly calls: string[] } {
  const left = [...answers];
  const calls: string[] = [];
  const fetch: Fetch = (url, init) => {
    calls.push(`${init.method} ${url}`);
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    if (answer !== undefined) return answer;
    if (next === undefined) throw new Error("the script has no more answers");
    return next(url, init);
  };
  return Object.assign(fetch, { calls });
}

export function failure(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ error: `status ${status}` }, { status, headers });
}
