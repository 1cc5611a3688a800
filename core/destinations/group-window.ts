import { earliest, latest } from "../time.ts";
import type { Delivery } from "./delivery.ts";
import type { Destination, DestinationType } from "./destination.ts";

/** Types that send several alerts as one message. */
export const groupingTypes: ReadonlySet<DestinationType> = new Set(["slack", "email", "apprise"]);

/**
 * When what waits is sent as one message. It follows from rows that are kept, so a server that starts goes on with the
 * window. `groupedAt` is when such a message was delivered last.
 */
export function groupDue(
  waiting: readonly Delivery[],
  { groupWait, groupInterval }: Pick<Destination, "groupWait" | "groupInterval">,
  groupedAt: number | null,
): number | null {
  const first = earliest(waiting.map(({ createdAt }) => createdAt));
  if (first === null) return null;
  const retries = waiting.filter(({ attempts }) => attempts > 0).map(({ nextAt }) => nextAt);
  return Math.max(first + groupWait, groupedAt === null ? 0 : groupedAt + groupInterval, latest(retries) ?? 0);
}

/**
 * The newest time at which an alert that still fires was to be told again; null if there was none yet. It is what the id
 * of the reminder is made of: a server that was away for days sends one.
 */
export function reminderDue(toldAt: number, repeat: number | null, now: number): number | null {
  if (repeat === null || now - toldAt < repeat) return null;
  return toldAt + Math.floor((now - toldAt) / repeat) * repeat;
}
