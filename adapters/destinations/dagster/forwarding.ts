import type { Answer } from "../../../core/destinations/delivery.ts";

/**
 * What the server that sends knows of a Dagster, as long as it has the lease: which deliveries were never handed on. All
 * others may have arrived, and are looked up before they are sent.
 *
 * Deliveries are committed before anything is sent, so the pending ones are the window in which a crash can have happened:
 * whoever takes over knows of none of them that it was not sent.
 */
export class Forwarding {
  readonly #unsent = new Set<number>();
  /** When a delivery was answered 500 first. */
  readonly #failedAt = new Map<number, number>();
  #arrivedAt = Number.NEGATIVE_INFINITY;
  /** Whether it was asked if it is this server itself. */
  isKnown = false;

  /** Notes a delivery that was queued just now. */
  noteQueued(id: number): void {
    this.#unsent.add(id);
  }

  /** Whether it may have arrived already. */
  isSuspect(id: number): boolean {
    return !this.#unsent.has(id);
  }

  /** To be called before it is handed on, since a stop in between leaves no answer. */
  noteSent(id: number): void {
    this.#unsent.delete(id);
  }

  /** Nothing left this server. */
  noteUnsent(id: number): void {
    this.#unsent.add(id);
  }

  noteAnswer(id: number, answer: Answer, now: number): void {
    if (answer.type === "answered" && answer.status === 500 && !this.#failedAt.has(id)) this.#failedAt.set(id, now);
  }

  noteArrived(now: number): void {
    this.#arrivedAt = now;
  }

  noteEnd(id: number): void {
    this.#unsent.delete(id);
    this.#failedAt.delete(id);
  }

  /** Whether something else arrived since this one failed first. */
  othersArrived(id: number): boolean {
    const failedAt = this.#failedAt.get(id);
    return failedAt !== undefined && this.#arrivedAt >= failedAt;
  }
}
