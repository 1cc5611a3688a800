import type { RunlessEvent } from "../../core/events/events.ts";
import { formatNewEvent } from "../../core/events/wire.ts";
import { readNewEvents, readReportable, readReportOptions } from "../api/call-arguments.ts";
import { LogReader } from "../api/log-reader.ts";
import type {
  CallOptions,
  NewEvent,
  ReportedEvent,
  ReportedEvents,
  ReportOptions,
  RunlessApi,
} from "../api/runless-api.ts";
import { answers, readAnswer } from "./answers.ts";
import { RunlessClientError } from "./client-error.ts";
import { createSender, type Fetch, type Send } from "./http-sender.ts";
import { createHttpSource } from "./http-source.ts";
import { randomKey, wait as systemWait, type Wait } from "./retry.ts";

export interface RunlessClientOptions {
  /** The address of the server: `http://127.0.0.1:3000`, with or without a path. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How many times a call is retried after a temporary failure. Default: 5. */
  readonly retries?: number | undefined;
  /** The time-out of one attempt, in milliseconds. Default: 30,000. */
  readonly timeout?: number | undefined;
  /** The size of the pages that are read, at most the server's `--max-page-events`. Default: 1,000. */
  readonly pageSize?: number | undefined;
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined;
  /** Replaces the timer in tests. */
  readonly wait?: Wait | undefined;
  /** Replaces the jitter in tests. Returns a number from 0 to 1. */
  readonly random?: (() => number) | undefined;
}

/**
 * The event log of a server. Every report has an idempotency key, so that retries record nothing twice. A report that
 * still fails with `unavailable`, `network` or `timeout` may be recorded or not. Give it a key of your own to repeat it
 * safely. Failures are RunlessClientErrors.
 *
 * @example
 * const client = new RunlessClient({ url: "http://127.0.0.1:3000", token: process.env.RUNLESS_TOKEN });
 * await client.reportRunlessAssetEvent(checkEvaluation("warehouse/orders", { checkName: "no_nulls", passed: true }));
 * const { records } = await client.fetchAssetCheckEvaluations("warehouse/orders", { limit: 10 });
 * console.log(records[0]?.checkName); // no_nulls
 * await client.close();
 */
export class RunlessClient extends LogReader implements RunlessApi {
  readonly #send: Send;
  /** Resolves when all calls under way have ended. Later calls reject with `closed`. */
  readonly close: () => Promise<void>;

  /** Throws TypeError for a wrong url. */
  constructor(options: RunlessClientOptions) {
    const { url, token, headers = {}, pageSize = 1000, retries = 5, timeout = 30_000 } = options;
    const {
      fetch = (target, init) => globalThis.fetch(target, init),
      wait = systemWait,
      random = Math.random,
    } = options;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const all = { ...headers, ...authorization };
    const { send, close } = closable(createSender({ url, headers: all, fetch, retries, timeout, wait, random }));
    super(createHttpSource(send, { retries, sleep: wait, random }), pageSize);
    this.#send = send;
    this.close = close;
  }

  async reportRunlessAssetEvent(event: RunlessEvent, options?: ReportOptions): Promise<ReportedEvent> {
    const { idempotencyKey, signal } = readReportOptions(options);
    const body = formatNewEvent(readReportable(event), idempotencyKey ?? randomKey());
    const answer = readAnswer(answers.reported, await this.#send({ method: "POST", path: "events", body, signal }));
    // A duplicate under a generated key is the event of an earlier attempt whose answer was lost.
    return { id: answer.id, duplicate: answer.duplicate && idempotencyKey !== undefined };
  }

  async reportRunlessAssetEvents(
    events: readonly (RunlessEvent | NewEvent)[],
    options?: CallOptions,
  ): Promise<ReportedEvents> {
    if (events.length === 0) return { recorded: 0, duplicates: 0, ids: [] };
    const given = readNewEvents(events);
    const texts = given.map(({ event, idempotencyKey }) => formatNewEvent(event, idempotencyKey ?? randomKey()));
    const { signal } = readReportOptions(options);
    const answer = readAnswer(
      answers.reportedAll,
      await this.#send({ method: "POST", path: "events", body: `[${texts.join(",")}]`, signal }),
    );
    // Likewise: only events with a key of the caller can be duplicates.
    const keyed = given.filter(({ idempotencyKey }) => idempotencyKey !== undefined).length;
    const duplicates = Math.min(answer.duplicates, keyed);
    return { recorded: events.length - duplicates, duplicates, ids: answer.ids };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface ClosableSend {
  readonly send: Send;
  /** Resolves when all calls under way have ended. Later calls reject with `closed`. */
  readonly close: () => Promise<void>;
}

function closable(send: Send): ClosableSend {
  const underWay = new Set<Promise<string>>();
  let closed = false;
  return {
    send: async (call) => {
      if (closed) throw new RunlessClientError("closed", "This client is closed.");
      const answer = send(call);
      underWay.add(answer);
      try {
        return await answer;
      } finally {
        underWay.delete(answer);
      }
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
