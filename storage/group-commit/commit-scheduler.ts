/** The least time between the beginnings of two commits, in milliseconds: closer ones would overtake each other. */
const leastGap = 5;

/** How much the latest commit counts in an average of them. */
const weight = 1 / 16;

/**
 * A database that is at work for more than this part of the time is what everybody waits for. Between the two ways that
 * group-commit.ts has: reports of one asset are at 0.40 to 0.49 in both, those of 10,000 assets at 0.55 and more.
 */
const heavyLoad = 0.5;

/**
 * When commits may begin. Over a distance one takes long and costs little, so that several are on their way at once,
 * spread evenly over the time that one takes; where the database is near, there is one at a time.
 */
export class CommitScheduler {
  readonly #atOnce: number;
  #running = 0;
  #latestStart = 0;
  /** How long the latest commit took, in milliseconds, and when it ended. */
  #duration = 0;
  #latestEnd = 0;
  /** For how long the database is at a commit, and from the end of one to the end of the next, on average. */
  #work = 0;
  #round = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** In how many milliseconds the next one may begin; undefined before one of those under way has ended. */
  wait(): number | undefined {
    if (this.#running === 0) return 0;
    if (this.#running >= this.#atOnce) return undefined;
    const gap = Math.max(leastGap, this.#duration / this.#atOnce);
    // Whoever was just answered comes back in company, which is worth a moment.
    return Math.max(this.#latestStart + gap - performance.now(), this.#duration / 20);
  }

  /** For how many milliseconds a commit may wait for more to share it: as long as one by themselves would take. */
  longestGather(): number {
    return this.#duration;
  }

  /**
   * Whether everybody waits for the database, and not for us to read what is reported: what counts is then that it never
   * waits for us.
   */
  isDatabaseBusy(): boolean {
    return this.#atOnce === 1 && this.#work > heavyLoad * this.#round;
  }

  /** Notes that one begins; the answered function, that it has ended, and how long the database was at it. */
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
