/** The least time between the beginnings of two commits, in milliseconds: closer ones would overtake each other. */
const leastGap = 5;

/**
 * When commits may begin that overlap. Over a distance a commit takes long and costs little, so that several are on
 * their way at once, spread evenly over the time that one takes.
 */
export class Pace {
  readonly #atOnce: number;
  #running = 0;
  #latestStart = 0;
  /** How long the latest commit took, in milliseconds. */
  #duration = 0;

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

  /** For how many milliseconds a commit may wait for more to share it. */
  worthOfCompany(): number {
    return this.#duration / 4;
  }

  /** Notes that one begins; the answered function, that it has ended. */
  begin(): () => void {
    const start = performance.now();
    this.#latestStart = start;
    this.#running++;
    return () => {
      this.#running--;
      this.#duration = performance.now() - start;
    };
  }
}
