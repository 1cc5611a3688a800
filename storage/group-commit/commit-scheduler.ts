/**
 * The least time between the starts of two commits, in milliseconds: closer ones could overtake each other on their way
 * to a remote database. `npm run bench:remote` shows its effect.
 */
const leastGap = 5;

/** The weight of the latest commit in a moving average. */
const weight = 1 / 16;

/**
 * The database is the bottleneck if it works for more than this share of the time. In `npm run bench` the load "one key"
 * has shares from 0.40 to 0.49, and the load "10,000 assets x 28 partitions" 0.55 or more, whether groups are halved for
 * a busy database or not.
 */
const heavyLoad = 0.5;

/**
 * Decides when commits may start. A remote database takes long to answer but can do several commits at once, so their
 * starts are spread evenly over the duration of one. A local file gets one commit at a time.
 */
export class CommitScheduler {
  readonly #atOnce: number;
  #running = 0;
  #latestStart = 0;
  /** How long the latest commit took, from its start to its result, in milliseconds. */
  #duration = 0;
  #latestEnd = 0;
  /** Moving averages in milliseconds: how long the database works on a commit, and from the end of one to the next. */
  #work = 0;
  #round = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** The milliseconds until the next commit may start. Undefined while as many as allowed are running. */
  wait(): number | undefined {
    if (this.#running === 0) return 0;
    if (this.#running >= this.#atOnce) return undefined;
    const gap = Math.max(leastGap, this.#duration / this.#atOnce);
    // Clients that were just answered report again almost at once. A short wait lets their reports join this commit.
    return Math.max(this.#latestStart + gap - performance.now(), this.#duration / 20);
  }

  /** How long a commit may wait for more items, in milliseconds: as long as a commit of their own would take. */
  longestGather(): number {
    return this.#duration;
  }

  /**
   * Whether the database is the bottleneck, and not this thread, which reads and parses reports. If so, the database must
   * never wait for this thread.
   */
  isDatabaseBusy(): boolean {
    return this.#atOnce === 1 && this.#work > heavyLoad * this.#round;
  }

  /** Call it when a commit starts, and the returned function when it has ended, with how long the database worked on it. */
  begin(): (milliseconds: number) => void {
    const start = performance.now();
    this.#latestStart = start;
    this.#running++;
    return (milliseconds) => {
      this.#running--;
      const end = performance.now();
      this.#duration = end - start;
      this.#work += weight * (milliseconds - this.#work);
      this.#round += weight * (end - this.#latestEnd - this.#round);
      this.#latestEnd = end;
    };
  }
}
