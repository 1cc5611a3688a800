import type { WatchStore } from "../../../storage/index.ts";

export const heartbeatEvery = 60_000;

/** Tells whether states are still judged: what tells others that runless is alive must not be sent when it only seems so. */
export class EvaluationPulse {
  #seen: number | null | undefined;

  async advances(watching: Pick<WatchStore, "lease">): Promise<boolean> {
    const { hasWork, evaluatedUntil } = await watching.lease();
    const before = this.#seen;
    this.#seen = evaluatedUntil;
    // With nothing to judge, the answer of the database is all that there is.
    return !hasWork || (evaluatedUntil !== null && evaluatedUntil !== before);
  }
}
