import type { Destination } from "../../../core/destinations/destination.ts";
import type { Stores } from "../../../storage/index.ts";
import { answerRequests } from "./answer-requests.ts";
import type { Changes } from "./changes.ts";
import type { DestinationQueue } from "./destination-queue.ts";
import { firingAlerts, releaseHeld, remind } from "./firing-alerts.ts";
import { keptFor } from "./follow-alerts.ts";
import { EvaluationPulse, heartbeatEvery } from "./heartbeat.ts";
import { forgetOthers } from "./load-queues.ts";

const second = 1000;
const heldEvery = 5 * second;
const remindEvery = 60 * second;
const expireEvery = 10 * second;
/** What left the file is looked for so often. */
const leaveEvery = 3600 * second;
/** Deliveries of events that arrived are kept for so long. */
const arrivedFor = 24 * 3600 * second;

export interface PeriodicWork extends Pick<Stores, "sending" | "watching"> {
  readonly queues: ReadonlyMap<string, DestinationQueue>;
  readonly changes: Changes;
  readonly now: number;
  /** By the monotonic clock. */
  readonly elapsed: number;
}

/** What is done from time to time. */
export class Periodic {
  readonly #destinations: readonly Destination[];
  readonly #doneAt = new Map<string, number>();
  readonly #pulse = new EvaluationPulse();
  #heartbeats: readonly DestinationQueue[] = [];

  constructor(destinations: readonly Destination[]) {
    this.#destinations = destinations;
  }

  async work(given: PeriodicWork): Promise<void> {
    const { sending, watching, queues, changes, now, elapsed } = given;
    const all = [...queues.values()];
    const asked = await sending.requests();
    if (asked.length > 0) await answerRequests(asked, queues, given);
    const isHeldDue = all.some(({ held }) => held.length > 0) && this.#isDue("held", heldEvery, elapsed);
    const reminded = all.filter(({ destination }) => destination.repeat !== null);
    const isReminderDue = reminded.length > 0 && this.#isDue("remind", remindEvery, elapsed);
    if (isHeldDue || isReminderDue) {
      const firing = await firingAlerts(watching);
      for (const queue of isHeldDue ? all : []) releaseHeld(queue, firing, changes, now);
      for (const queue of isReminderDue ? reminded : []) await remind(queue, firing, given, changes, now);
    }
    if (this.#isDue("expire", expireEvery, elapsed)) {
      changes.forgetBefore = now - keptFor;
      changes.forgetArrivedBefore = now - arrivedFor;
    }
    if (this.#isDue("leave", leaveEvery, elapsed)) {
      const rows = new Map((await sending.destinations()).map((row) => [row.name, row]));
      forgetOthers(rows, this.#destinations, changes, now);
    }
    await this.#findHeartbeats(all, given);
  }

  /** The heartbeats that are to be sent now. */
  takeHeartbeats(): readonly DestinationQueue[] {
    const found = this.#heartbeats;
    this.#heartbeats = [];
    return found;
  }

  async #findHeartbeats(all: readonly DestinationQueue[], { watching, elapsed }: PeriodicWork): Promise<void> {
    const isAlive = ({ status }: DestinationQueue["row"]) => status !== "paused" && status !== "disabled";
    const beating = all.filter(({ destination, row }) => destination.target.type === "heartbeat" && isAlive(row));
    const isDue = beating.length > 0 && this.#isDue("heartbeat", heartbeatEvery, elapsed);
    this.#heartbeats = isDue && (await this.#pulse.advances(watching)) ? beating : [];
  }

  #isDue(what: string, every: number, elapsed: number): boolean {
    const before = this.#doneAt.get(what) ?? Number.NEGATIVE_INFINITY;
    if (elapsed - before < every) return false;
    this.#doneAt.set(what, elapsed);
    return true;
  }
}
