/// <reference lib="esnext.disposable" preserve="true" />
import type { RunlessEvent } from "../../core/index.ts";
import { RunlessClientError } from "./client-error.ts";
import { type PendingEvent, pendingEvent } from "./pending-event.ts";
import { wait as systemWait, type Wait } from "./retry.ts";
import { type Reporter, sendBatch } from "./send-batch.ts";

export interface EventBatcherOptions {
  /** The most events of one request. Default: 500. */
  readonly maxEvents?: number | undefined;
  /** The most bytes of one request, unless a single event is larger. Default: 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** How long an event waits for others while no request is under way, in milliseconds. Default: 100. */
  readonly maxDelay?: number | undefined;
  /** The most events without an answer: one more is refused with `full`. Default: 10,000. */
  readonly maxPending?: number | undefined;
  /** Replaces the timer in tests. */
  readonly wait?: Wait | undefined;
}

/**
 * Collects events and reports them in few requests, one at a time and in order. Await `ready()` before each report to stay
 * below `maxPending`. A failed report that nobody awaits is an unhandled rejection, so that no event is lost in silence.
 *
 * @example
 * const batcher = new EventBatcher(new RunlessClient({ url: "http://127.0.0.1:3000" }));
 * const reports: Promise<number>[] = [];
 * for (const partition of ["2026-11-22", "2026-11-23"]) {
 *   await batcher.ready();
 *   reports.push(batcher.report(materialization("warehouse/days", { partition })));
 * }
 * await batcher.close(); // sends what is left
 * console.log((await Promise.all(reports)).length); // 2
 */
export class EventBatcher implements AsyncDisposable {
  readonly #reporter: Reporter;
  readonly #limits: { readonly events: number; readonly bytes: number; readonly pending: number };
  readonly #delay: number;
  readonly #wait: Wait;
  #collected: PendingEvent[] = [];
  #collectedBytes = 0;
  readonly #pending = new Set<PendingEvent>();
  #timer: AbortController | undefined;
  #sending = false;
  #closed = false;

  constructor(reporter: Reporter, options: EventBatcherOptions = {}) {
    const { maxEvents = 500, maxBytes = 2 ** 20, maxDelay = 100, maxPending = 10_000, wait = systemWait } = options;
    this.#reporter = reporter;
    this.#limits = { events: maxEvents, bytes: maxBytes, pending: maxPending };
    this.#delay = maxDelay;
    this.#wait = wait;
  }

  /** Resolves with the event's id once it is durable. Rejects with the error of this event alone. */
  async report(
    event: RunlessEvent,
    { idempotencyKey }: { readonly idempotencyKey?: string | undefined } = {},
  ): Promise<number> {
    if (this.#closed) throw new RunlessClientError("closed", "This batcher is closed.");
    if (this.#pending.size >= this.#limits.pending) {
      throw new RunlessClientError("full", `${this.#pending.size} events wait for their answer. Await ready().`);
    }
    const pending = pendingEvent(event, idempotencyKey);
    this.#collected.push(pending);
    this.#collectedBytes += pending.bytes;
    this.#pending.add(pending);
    pending.settled.then(() => this.#pending.delete(pending));
    if (this.#collected.length >= this.#limits.events || this.#collectedBytes >= this.#limits.bytes) this.#start();
    else this.#startTimer();
    return pending.recorded;
  }

  /** Resolves when fewer than `maxPending` events wait. */
  async ready(): Promise<void> {
    while (this.#pending.size >= this.#limits.pending) {
      const [oldest] = this.#pending;
      await oldest?.settled;
    }
  }

  /** Sends the collected events, and resolves when all events so far have an answer. Never rejects: the reports do. */
  async flush(): Promise<void> {
    const settled = Array.from(this.#pending, (pending) => pending.settled);
    this.#start();
    await Promise.all(settled);
  }

  /** Flushes; later reports reject with `closed`. */
  close(): Promise<void> {
    this.#closed = true;
    return this.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startTimer(): void {
    if (this.#sending || this.#timer !== undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    this.#wait(this.#delay, timer.signal).then(
      () => this.#start(),
      () => {},
    );
  }

  #start(): void {
    this.#timer?.abort();
    this.#timer = undefined;
    if (!this.#sending) this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#collected.length > 0) await sendBatch(this.#reporter, this.#take());
    this.#sending = false;
  }

  #take(): readonly PendingEvent[] {
    let count = 0;
    let bytes = 0;
    for (const pending of this.#collected.slice(0, this.#limits.events)) {
      if (count > 0 && bytes + pending.bytes > this.#limits.bytes) break;
      bytes += pending.bytes;
      count++;
    }
    this.#collectedBytes -= bytes;
    return this.#collected.splice(0, count);
  }
}
