import { setTimeout as delay } from "node:timers/promises";
import type { Expiry } from "../../maintenance.ts";
import type { LogDatabase } from "../log-database.ts";
import { pause } from "./purger.ts";

/** Deletes all that has expired, step by step; `assertOpen` throws to end it between two of them. */
export async function prunePass(
  database: Pick<LogDatabase, "notePrune" | "findExpired" | "pruneEvents" | "forgetKeys">,
  { events: before = {}, idempotencyKeys, clock }: Expiry,
  assertOpen: () => void,
): Promise<number> {
  if (clock !== undefined) await database.notePrune(clock);
  assertOpen();
  while (idempotencyKeys !== undefined && (await database.forgetKeys(idempotencyKeys))) {
    await delay(pause);
    assertOpen();
  }
  let pruned = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { ids, last } = await database.findExpired(before, from);
    from = last;
    if (ids.length > 0) {
      pruned += await database.pruneEvents(ids);
      await delay(pause);
    }
    assertOpen();
  }
  return pruned;
}
