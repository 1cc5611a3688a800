import type { SendChanges } from "../../sending/send-store.ts";
import type { LogDatabase } from "../log-database.ts";
import {
  commitBatch,
  deletedAtOnce,
  expireArrivedBatch,
  expireBatch,
  forgetBatch,
  type HeldLease,
} from "./commit-statements.ts";

/** How many batches of old deliveries one commit deletes at most: 5,000 deliveries. */
const mostExpiring = 10;

/** The commits of one process, one after the other in the order in which they were asked for. */
export class SendCommits {
  readonly #database: Pick<LogDatabase, "sendLease" | "writeSending">;
  /** As this process knows it. Undefined where it must be read: nobody knows what became of a commit that failed. */
  #lease: HeldLease | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Pick<LogDatabase, "sendLease" | "writeSending">) {
    this.#database = database;
  }

  commit(fence: number, changes: SendChanges): Promise<boolean> {
    const done = this.#last.then(() => this.#commit(fence, changes));
    this.#last = done.catch(() => {});
    return done;
  }

  async #commit(fence: number, changes: SendChanges): Promise<boolean> {
    const known = this.#lease;
    this.#lease = undefined;
    const lease = known?.fence === fence ? known : await this.#database.sendLease();
    if (lease.fence !== fence) return false;
    const { forgotten = [] } = changes;
    // Before the commit, and piece by piece: deliveries of a destination that is forgotten are sent no more anyway.
    const found =
      forgotten.length === 0 ? lease : await this.#repeat(lease, (held) => forgetBatch(held, forgotten), 1_000_000);
    const written = await this.#write(found, changes);
    if (written === undefined) return false;
    const { forgetBefore, forgetArrivedBefore } = changes;
    const expired =
      forgetBefore === undefined
        ? written
        : await this.#repeat(written, (held) => expireBatch(held, forgetBefore), mostExpiring);
    this.#lease =
      forgetArrivedBefore === undefined
        ? expired
        : await this.#repeat(expired, (held) => expireArrivedBatch(held, forgetArrivedBefore), mostExpiring);
    return true;
  }

  async #write({ fence, beat: known }: HeldLease, changes: SendChanges): Promise<HeldLease | undefined> {
    const id = crypto.randomUUID();
    for (let beat = known; ; ) {
      const found = await this.#database.writeSending(commitBatch({ fence, beat }, id, changes));
      if (found.commitId === id) return { fence, beat: found.beat };
      if (!found.isHeld || found.fence !== fence || found.beat === beat) return undefined;
      beat = found.beat; // a commit before this one was written although it failed here
    }
  }

  /** Deletes until nothing is left, or another has the lease. Returns the lease as it was found. */
  async #repeat(
    lease: HeldLease,
    batch: (held: HeldLease) => ReturnType<typeof expireBatch>,
    most: number,
  ): Promise<HeldLease> {
    let held = lease;
    for (let i = 0; i < most; i++) {
      const { changed, isHeld, fence, beat } = await this.#database.writeSending(batch(held));
      const isSame = beat === held.beat;
      if (!isHeld || fence !== held.fence || (isSame && changed < deletedAtOnce)) break;
      held = { fence, beat };
    }
    return held;
  }
}
