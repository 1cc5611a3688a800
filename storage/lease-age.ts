/** A lease as far as its age goes. The beat grows with every commit of its holder. */
interface Beating {
  readonly holder: string | null;
  readonly fence: number;
  readonly beat: number;
}

/** A lease that stood still for so long is nobody's. In milliseconds. */
const standardLease = 15_000;

/** Tells a server when it may take the lease of another, by its own monotonic clock: those of two servers can't be compared. */
export class LeaseAge {
  readonly #limit: number;
  /** The lease as it was read when it last changed, and when that was. */
  #seen: { readonly lease: Beating; readonly since: number } | undefined;

  /** `limit`: how long a lease may stand still, in milliseconds. Default: 15 seconds. */
  constructor(limit: number = standardLease) {
    this.#limit = limit;
  }

  /** Whether another server was found to hold it. */
  get isTaken(): boolean {
    return this.#seen !== undefined && this.#seen.lease.holder !== null;
  }

  /** Notes a reading. Returns whether the lease is free: nobody holds it, or it stood still for too long. */
  isFree(lease: Beating, elapsed: number): boolean {
    const before = this.#seen;
    const isSame = before?.lease.fence === lease.fence && before.lease.beat === lease.beat;
    if (!isSame) this.#seen = { lease, since: elapsed };
    return lease.holder === null || (isSame && elapsed - before.since >= this.#limit);
  }

  /** To be called when this server has taken it. */
  forget(): void {
    this.#seen = undefined;
  }
}
