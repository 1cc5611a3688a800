import { setTimeout as delay } from "node:timers/promises";
import type { WipeTarget } from "../../../event-log.ts";
import { EventLogError } from "../../../event-log-error.ts";
import type { LogDatabase } from "../../log-database.ts";
import type { EventRow } from "../../write/event-row.ts";

/** How long a wipe is planned again while other servers delete events of its asset, in milliseconds. */
const longestPlanning = 60_000;
/** Between two plans, in milliseconds. */
const pause = 20;

interface Wipe {
  readonly target: WipeTarget;
  readonly by: string | null;
  readonly now: () => number;
}

/**
 * Plans a wipe and carries it out, until nothing in the plan has changed meanwhile. Returns the trace, or undefined if
 * there is nothing to wipe. `assertOpen` throws to end it between two attempts.
 */
export async function runWipe(
  database: Pick<LogDatabase, "planWipe" | "continuePlan" | "wipe">,
  { target, by, now }: Wipe,
  assertOpen: () => void,
): Promise<EventRow | undefined> {
  const until = performance.now() + longestPlanning;
  for (let planned = await database.planWipe(target); planned !== undefined; ) {
    const wiped = planned === "outdated" ? planned : await database.wipe(planned.plan, by, now());
    if (wiped !== "outdated" && wiped !== "behind") return wiped;
    assertOpen();
    if (performance.now() > until) throw new EventLogError("unavailable", beingDeleted);
    if (planned !== "outdated" && wiped === "behind") planned = await database.continuePlan(planned.plan);
    else {
      await delay(pause);
      planned = await database.planWipe(target);
    }
  }
  return undefined;
}

const beingDeleted =
  "Nothing was wiped: another server deletes events of this asset, for so long that a wipe found no time between. Try again later.";
