import { type PlannedMessage, planSending } from "../../../core/destinations/send-queue.ts";
import type { RecordedEvent } from "../../../core/index.ts";
import type { Stores } from "../../../storage/index.ts";
import { logger } from "../../config/logger.ts";
import { applyAnswer, type Finished, type Outcome } from "./apply-answer.ts";
import { Changes, mostQueued, type Queued } from "./changes.ts";
import { type DeliverDeps, sendOnce } from "./deliver.ts";
import type { DestinationQueue } from "./destination-queue.ts";
import { followAlerts } from "./follow-alerts.ts";
import { followEvents } from "./follow-events.ts";
import { type LoadedFile, loadQueues } from "./load-queues.ts";
import { Periodic } from "./periodic.ts";
import { RecentEvents } from "./recent-events.ts";
import { takeQueued } from "./take-queued.ts";

const second = 1000;
/** How often the holder writes although nothing happens: others take over when it has not for 15 seconds. */
export const renewEvery = 5 * second;
/** Cursors that moved past what nobody is told of are written at most so often. */
const noteEvery = second;
/** Answers that come one after another are written together: each commit holds up reports. */
const gatherFor = 100;
/** How often the holder looks for requests and for alerts that changed. */
const pollEvery = second;

export interface HeldOptions
  extends Omit<DeliverDeps, "now" | "log" | "sending" | "watching" | "forwarding" | "recent" | "logId"> {
  readonly stores: Omit<Stores, "tokens">;
  readonly read: () => { readonly now: number; readonly elapsed: number };
  /** Called when an answer came: there is more to do. */
  readonly wake: () => void;
  /** At least 0, less than 1. Default: Math.random. */
  readonly random?: (() => number) | undefined;
  readonly onOutcome?: ((destination: string, outcome: Outcome, count: number) => void) | undefined;
}

/** What the server that sends does, as long as it has the lease. */
export class HeldSending {
  readonly fence: number;
  readonly #options: HeldOptions;
  readonly #queues: ReadonlyMap<string, DestinationQueue>;
  readonly #periodic: Periodic;
  readonly #logId: string;
  readonly #recent = new RecentEvents();
  readonly #end = new AbortController();
  #changes: Changes;
  /** Committed, and not read yet: their ids are known by reading. */
  #unread: readonly Queued[] = [];
  /** How many were sent and are not applied yet, those in `#finished` among them. */
  #underWay = 0;
  #finished: Finished[] = [];
  #hasCommits = true;
  /** By the monotonic clock, as the others. */
  #writtenAt: number;
  #polledAt = Number.NEGATIVE_INFINITY;
  #followedAt = Number.NEGATIVE_INFINITY;

  private constructor(
    fence: number,
    options: HeldOptions,
    {
      queues,
      changes,
      at,
      logId,
    }: { queues: readonly DestinationQueue[]; changes: Changes; at: number; logId: string },
  ) {
    this.fence = fence;
    this.#options = options;
    this.#changes = changes;
    this.#writtenAt = at;
    this.#logId = logId;
    this.#queues = new Map(queues.map((queue) => [queue.destination.name, queue]));
    this.#periodic = new Periodic(queues.map(({ destination }) => destination));
  }

  /** Begins with what is stored. `at` is when the lease was taken, by the monotonic clock. */
  static async begin(
    fence: number,
    options: HeldOptions,
    { at, ...file }: { readonly at: number } & LoadedFile,
  ): Promise<HeldSending> {
    const changes = new Changes();
    const queues = await loadQueues(file, options.stores, changes, options.read().now);
    const logId = await options.stores.log.id();
    return new HeldSending(fence, options, { queues, changes, at, logId });
  }

  get queues(): readonly DestinationQueue[] {
    return [...this.#queues.values()];
  }

  /** Whether another server has the lease. */
  get isLost(): boolean {
    return this.#end.signal.aborted;
  }

  /** Whether an answer is waited for. */
  get isBusy(): boolean {
    return this.#underWay > this.#finished.length;
  }

  noteCommit(): void {
    this.#hasCommits = true;
  }

  /**
   * Does one bounded piece of work. Returns in how many milliseconds there may be more without an event; 0 if there is. With
   * `isEnding` nothing more is begun.
   */
  async step(isEnding: boolean): Promise<number> {
    if (!(await this.#write())) return renewEvery; // what a turn before this one could not write
    this.#applyAnswers();
    const hasMore = isEnding ? false : await this.#follow();
    if (!(await this.#write())) return renewEvery;
    if (isEnding) return pollEvery;
    const wakeAt = this.#start();
    if (hasMore || (!this.#changes.isEmpty && !this.#isGathering)) return 0;
    const { now, elapsed } = this.#options.read();
    const gathered = this.#changes.isEmpty ? pollEvery : this.#writtenAt + gatherFor - elapsed;
    const next = wakeAt === null ? pollEvery : Math.max(0, wakeAt - now);
    return Math.min(pollEvery, gathered, next);
  }

  /** Writes what is known. What is under way then is given up. */
  async end(): Promise<void> {
    try {
      this.#applyAnswers();
      await this.#write();
    } finally {
      this.#end.abort();
    }
  }

  #applyAnswers(): void {
    const { read, random = Math.random, onOutcome = () => {} } = this.#options;
    const finished = this.#finished;
    this.#finished = [];
    this.#underWay -= finished.length;
    const applying = { changes: this.#changes, now: read().now, random, count: onOutcome };
    for (const one of finished) applyAnswer(one, applying);
  }

  /** Queues what there is. Returns whether there is more. */
  async #follow(): Promise<boolean> {
    const { stores, read, onOutcome = () => {} } = this.#options;
    const { now, elapsed } = read();
    const changes = this.#changes;
    const all = this.queues;
    const isPolling = this.#hasCommits || elapsed - this.#polledAt >= pollEvery;
    // The log is followed on as soon as a destination that is behind has room for a whole page.
    const isAwaited = all.some(({ isBehind, room }) => isBehind && room >= mostQueued);
    const isFollowing = this.#hasCommits || isAwaited || elapsed - this.#followedAt >= renewEvery;
    this.#hasCommits = false;
    let hasMore = false;
    try {
      if (isPolling) {
        this.#polledAt = elapsed;
        await this.#periodic.work({ ...stores, queues: this.#queues, changes, now, elapsed });
        hasMore = await followAlerts(all, { sending: stores.sending, changes, now });
      }
      if (isFollowing) {
        this.#followedAt = elapsed;
        const onRead = (events: readonly RecordedEvent[]) => this.#recent.note(events, read().elapsed);
        hasMore =
          (await followEvents(all, { ...stores, changes, now, logId: this.#logId, count: onOutcome, onRead })) ||
          hasMore;
      }
    } catch (error) {
      this.#hasCommits = true;
      throw error;
    }
    if (hasMore || all.some(({ replay }) => replay !== undefined)) this.#hasCommits = true;
    for (const queue of this.#periodic.takeHeartbeats()) this.#send(queue, [], false);
    return hasMore;
  }

  /** Whether what is known is written with what is under way. */
  get #isGathering(): boolean {
    const since = this.#options.read().elapsed - this.#writtenAt;
    return this.isBusy && !this.#changes.isUrgent && since < gatherFor;
  }

  /** Writes what there is to write. Returns false if another server has the lease. */
  async #write(): Promise<boolean> {
    const { stores, read } = this.#options;
    const { elapsed } = read();
    const since = elapsed - this.#writtenAt;
    const moved = this.queues.filter(({ isMoved }) => isMoved);
    if (
      (!this.#changes.isEmpty && !this.#isGathering) ||
      since >= renewEvery ||
      (moved.length > 0 && since >= noteEvery)
    ) {
      const changes = this.#changes;
      if (!(await stores.sending.commit(this.fence, changes.toCommit(moved)))) {
        logger.warn("another server tells destinations now");
        this.#end.abort();
        return false;
      }
      for (const queue of moved) queue.isMoved = false;
      this.#writtenAt = elapsed;
      this.#changes = new Changes();
      this.#unread = [...this.#unread, ...changes.queued];
    }
    if (this.#unread.length > 0) {
      await takeQueued(this.#unread, this.#queues, stores.sending, this.#changes, read().now);
      this.#unread = [];
    }
    return true;
  }

  /** Starts what can be sent now. Returns when there is more. */
  #start(): number | null {
    const { read, onOutcome } = this.#options;
    const views = this.queues.map(({ view }) => view);
    const plan = planSending(views, read().now);
    for (const outcome of plan.superseded) {
      const queue = this.queues.find(({ pending }) => pending.some(({ id }) => id === outcome.id));
      if (queue === undefined) continue;
      this.#changes.change(queue, outcome);
      onOutcome?.(queue.destination.name, "superseded", 1);
    }
    for (const { destination, deliveries, isGroup } of plan.messages) {
      const queue = this.#queues.get(destination);
      if (queue !== undefined) this.#send(queue, deliveries, isGroup);
    }
    return plan.wakeAt;
  }

  #send(queue: DestinationQueue, deliveries: PlannedMessage["deliveries"], isGroup: boolean): void {
    const { stores, read, wake } = this.#options;
    const startedAt = read().now;
    const recent = (id: number) => this.#recent.get(id, read().elapsed);
    const deps: DeliverDeps = {
      ...this.#options,
      ...stores,
      forwarding: queue.forwarding,
      logId: this.#logId,
      recent,
      now: () => read().now,
    };
    for (const { id } of deliveries) queue.inFlight.add(id);
    this.#underWay++;
    void sendOnce(queue.destination, deliveries, deps, this.#end.signal).then((delivered) => {
      if (this.isLost) return; // another server knows more by now
      this.#finished.push({ ...delivered, queue, deliveries, isGroup, startedAt });
      wake();
    });
  }
}
