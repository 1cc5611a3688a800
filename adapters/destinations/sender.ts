import type { Destination } from "../../core/destinations/destination.ts";
import { type PlannedMessage, planSending } from "../../core/destinations/send-queue.ts";
import { EventLogError, type SendLease, type Stores } from "../../storage/index.ts";
import { logger } from "../config/logger.ts";
import { type Applying, applyAnswer, type Finished, type Outcome } from "./sending/apply-answer.ts";
import { Changes, type Queued } from "./sending/changes.ts";
import { type DeliverDeps, type Delivered, deliver } from "./sending/deliver.ts";
import type { DestinationQueue } from "./sending/destination-queue.ts";
import { followAlerts } from "./sending/follow-alerts.ts";
import { followEvents } from "./sending/follow-events.ts";
import { loadQueues } from "./sending/load-queues.ts";
import { Periodic } from "./sending/periodic.ts";
import { takeQueued } from "./sending/take-queued.ts";

const second = 1000;
/** A lease that stood still for so long, by this server's own monotonic clock, is nobody's. */
const standardLease = 15 * second;
/** How often the holder writes although nothing happens, and how long anybody waits at most. */
const renewEvery = 5 * second;
/** Cursors that moved past what nobody is told of are written at most so often. */
const noteEvery = second;
/** How often the holder looks for requests and for alerts that changed. */
const pollEvery = second;
/** The log is followed on as soon as a destination that is behind has room for so many. */
const roomToFollow = 250;
/** A server that stops waits so long for answers under way: who sends next would send the same again. */
const drainTime = 2 * second;

/** What the operator's file says. */
export interface SendingFile {
  readonly destinations: readonly Destination[];
  readonly hash: string;
}

export interface SenderOptions extends Omit<DeliverDeps, "now" | "log" | "sending" | "watching"> {
  readonly stores: Omit<Stores, "tokens">;
  readonly file: SendingFile;
  readonly read: () => { readonly now: number; readonly elapsed: number };
  /** Called when an answer came: there is more to do. */
  readonly wake: () => void;
  /** At least 0, less than 1. Default: Math.random. */
  readonly random?: (() => number) | undefined;
  /** How long a lease may stand still until another server takes it, in milliseconds. Default: 15 seconds. */
  readonly lease?: number | undefined;
  readonly onState?: ((state: SenderState) => void) | undefined;
  readonly onOutcome?: ((destination: string, outcome: Outcome, count: number) => void) | undefined;
}

export interface SenderState {
  readonly isHolder: boolean;
  /** Whether the server that sends has another file than this one. */
  readonly isOtherFile: boolean;
  /** Of the holder alone. */
  readonly queues: readonly DestinationQueue[];
}

/** What the server that sends holds. */
interface Held {
  readonly fence: number;
  readonly queues: ReadonlyMap<string, DestinationQueue>;
  readonly periodic: Periodic;
  readonly end: AbortController;
  changes: Changes;
  /** Committed, and not read yet: their ids are known by reading. */
  unread: readonly Queued[];
  /** By the monotonic clock. */
  writtenAt: number;
  polledAt: number;
  followedAt: number;
}

/** One server's share in telling destinations: it waits for the lease, or holds it and sends. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #name = crypto.randomUUID();
  #file: SendingFile;
  /** To be used as soon as what is under way is answered. */
  #next: SendingFile | undefined;
  #held: Held | undefined;
  /** How many were sent and are not applied yet, those in `#finished` among them. */
  #underWay = 0;
  #finished: Finished[] = [];
  /** The lease of another, and since when it has not changed. */
  #seen: { readonly lease: SendLease; readonly since: number } | undefined;
  #warnedOf: string | undefined;
  #hasCommits = true;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#file = options.file;
  }

  get isHolder(): boolean {
    return this.#held !== undefined;
  }

  /** Tells it that the log may have new events. */
  noteCommit(): void {
    this.#hasCommits = true;
  }

  /** Goes on with another file. */
  use(file: SendingFile): void {
    this.#next = file;
  }

  /**
   * Does one bounded piece of work. Returns in how many milliseconds there may be more without an event; 0 if there is.
   * Rejects if the store does; the next turn then goes on with what was not written.
   */
  async turn(): Promise<number> {
    if (this.#next !== undefined && !this.isBusy) {
      await this.#settle();
      this.#file = this.#next;
      this.#next = undefined;
    }
    const held = this.#held ?? (await this.#seek());
    if (held === undefined) return renewEvery;
    const wait = await this.#step(held);
    this.#tell();
    return wait;
  }

  /** Lets go of the lease. What is under way is waited for, but not for long. */
  async release(): Promise<void> {
    const until = this.#options.read().elapsed + drainTime;
    while (this.isBusy && this.#options.read().elapsed < until) await new Promise((done) => setTimeout(done, 10));
    await this.#settle();
  }

  /** Whether an answer is waited for. */
  get isBusy(): boolean {
    return this.#underWay > this.#finished.length;
  }

  /** Writes what is known, and lets go of the lease. */
  async #settle(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    try {
      this.#applyAnswers(held);
      await this.#write(held);
    } finally {
      this.#lose();
      await this.#options.stores.sending.releaseLease(held.fence);
    }
  }

  /** Takes the lease if nobody has it, or who has it is gone. */
  async #seek(): Promise<Held | undefined> {
    const { stores, read, lease: leaseTime = standardLease } = this.#options;
    const { sending } = stores;
    const lease = await sending.lease();
    const { elapsed, now } = read();
    const before = this.#seen;
    const isSame = before?.lease.fence === lease.fence && before.lease.beat === lease.beat;
    if (!isSame) this.#seen = { lease, since: elapsed };
    this.#compareFiles(lease);
    if (lease.holder !== null && !(isSame && elapsed - before.since >= leaseTime)) return undefined;
    const { destinations, hash } = this.#file;
    const fence = await sending.takeLease({ holder: this.#name, fileHash: hash }, lease);
    if (fence === undefined) return undefined;
    if (lease.holder !== null) logger.warn("the server that sent is gone, and this one tells destinations from now on");
    this.#seen = undefined;
    const changes = new Changes();
    const queues = await loadQueues(destinations, stores, changes, now);
    this.#hasCommits = true;
    this.#held = {
      ...{ fence, changes, end: new AbortController(), unread: [], writtenAt: elapsed },
      ...{ polledAt: Number.NEGATIVE_INFINITY, followedAt: Number.NEGATIVE_INFINITY },
      queues: new Map(queues.map((queue) => [queue.destination.name, queue])),
      periodic: new Periodic(destinations),
    };
    return this.#held;
  }

  async #step(held: Held): Promise<number> {
    const { read } = this.#options;
    if (!(await this.#write(held))) return renewEvery; // what a turn before this one could not write
    this.#applyAnswers(held);
    const isEnding = this.#next !== undefined;
    const hasMore = isEnding ? false : await this.#follow(held);
    if (!(await this.#write(held))) return renewEvery;
    if (isEnding) return pollEvery;
    const wakeAt = this.#start(held);
    if (hasMore || !held.changes.isEmpty) return 0;
    const { now } = read();
    return wakeAt === null ? pollEvery : Math.min(pollEvery, Math.max(0, wakeAt - now));
  }

  #applyAnswers(held: Held): void {
    const finished = this.#finished;
    this.#finished = [];
    this.#underWay -= finished.length;
    for (const one of finished) applyAnswer(one, this.#applying(held));
  }

  #applying({ changes }: Held): Applying {
    const { read, random = Math.random, onOutcome = () => {} } = this.#options;
    return { changes, now: read().now, random, count: onOutcome };
  }

  /** Queues what there is. Returns whether there is more. */
  async #follow(held: Held): Promise<boolean> {
    const { stores, read } = this.#options;
    const { now, elapsed } = read();
    const { changes, queues, periodic } = held;
    const isPolling = this.#hasCommits || elapsed - held.polledAt >= pollEvery;
    const all = [...queues.values()];
    const isAwaited = all.some(({ isBehind, room }) => isBehind && room >= roomToFollow);
    const isFollowing = this.#hasCommits || isAwaited || elapsed - held.followedAt >= renewEvery;
    this.#hasCommits = false;
    let hasMore = false;
    try {
      if (isPolling) {
        held.polledAt = elapsed;
        await periodic.work({ ...stores, queues, changes, now, elapsed });
        hasMore = await followAlerts(all, { sending: stores.sending, changes, now });
      }
      if (isFollowing) {
        held.followedAt = elapsed;
        hasMore = (await followEvents(all, { ...stores, changes, now })) || hasMore;
      }
    } catch (error) {
      this.#hasCommits = true;
      throw error;
    }
    if (hasMore || all.some(({ replay }) => replay !== undefined)) this.#hasCommits = true;
    for (const queue of periodic.takeHeartbeats()) this.#send(held, queue, [], false);
    return hasMore;
  }

  /** Writes what there is to write. Returns false if another server has the lease. */
  async #write(held: Held): Promise<boolean> {
    const { stores, read } = this.#options;
    const { elapsed } = read();
    const since = elapsed - held.writtenAt;
    const moved = [...held.queues.values()].filter(({ isMoved }) => isMoved);
    const isDue = !held.changes.isEmpty || since >= renewEvery || (moved.length > 0 && since >= noteEvery);
    if (isDue) {
      const { changes } = held;
      if (!(await stores.sending.commit(held.fence, changes.toCommit(moved)))) {
        logger.warn("another server tells destinations now");
        this.#lose();
        return false;
      }
      for (const queue of moved) queue.isMoved = false;
      held.writtenAt = elapsed;
      held.changes = new Changes();
      held.unread = [...held.unread, ...changes.queued];
    }
    const { unread } = held;
    if (unread.length > 0) await takeQueued(unread, held.queues, stores.sending, held.changes, read().now);
    held.unread = [];
    return true;
  }

  /** Starts what can be sent now. Returns when there is more. */
  #start(held: Held): number | null {
    const { queues, changes } = held;
    const plan = planSending(
      [...queues.values()].map(({ view }) => view),
      this.#options.read().now,
    );
    for (const outcome of plan.superseded) {
      const queue = [...queues.values()].find(({ pending }) => pending.some(({ id }) => id === outcome.id));
      if (queue === undefined) continue;
      changes.change(queue, outcome);
      this.#options.onOutcome?.(queue.destination.name, "superseded", 1);
    }
    for (const { destination, deliveries, isGroup } of plan.messages) {
      const queue = queues.get(destination);
      if (queue !== undefined) this.#send(held, queue, deliveries, isGroup);
    }
    return plan.wakeAt;
  }

  #send(held: Held, queue: DestinationQueue, deliveries: PlannedMessage["deliveries"], isGroup: boolean): void {
    const { stores, read, wake } = this.#options;
    const startedAt = read().now;
    const { signal } = held.end;
    const deps: DeliverDeps = { ...this.#options, ...stores, now: () => read().now };
    for (const { id } of deliveries) queue.inFlight.add(id);
    this.#underWay++;
    const sent = queue.destination.target.type === "heartbeat" ? beat(queue, deps, signal) : undefined;
    void (sent ?? deliver(queue.destination, deliveries, deps, signal)).catch(unreadable).then((delivered) => {
      if (this.#held !== held) return; // what is known by another server now
      this.#finished.push({ ...delivered, queue, deliveries, isGroup, startedAt });
      wake();
    });
  }

  #lose(): void {
    this.#held?.end.abort();
    this.#held = undefined;
    this.#finished = [];
    this.#underWay = 0;
    this.#tell();
  }

  #compareFiles({ holder, fileHash }: SendLease): void {
    const isOther = holder !== null && fileHash !== this.#file.hash;
    if (isOther && this.#warnedOf !== `${fileHash} ${this.#file.hash}`) {
      logger.warn("the server that tells destinations has another file of destinations than this one");
    }
    this.#warnedOf = isOther ? `${fileHash} ${this.#file.hash}` : undefined;
    this.#tell();
  }

  #tell(): void {
    const queues = [...(this.#held?.queues.values() ?? [])];
    this.#options.onState?.({ isHolder: this.isHolder, isOtherFile: this.#warnedOf !== undefined, queues });
  }
}

async function beat({ destination }: DestinationQueue, deps: DeliverDeps, signal: AbortSignal): Promise<Delivered> {
  const { target, allowPrivate } = destination;
  if (target.type !== "heartbeat") throw new TypeError("Only a heartbeat is sent every minute.");
  const answer = await deps.send({ method: "GET", url: target.url, allowPrivate, signal });
  return { answer, gone: [], prunedTo: 0 };
}

/** A message that can't be made is tried again as one that did not arrive. */
function unreadable(error: unknown): Delivered {
  const reason = error instanceof EventLogError ? "the database can't be read now." : "the message can't be written.";
  if (!(error instanceof EventLogError)) logger.error("a message can't be written", { error });
  return { answer: { type: "unreachable", reason }, gone: [], prunedTo: 0 };
}
