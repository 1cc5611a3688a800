import type { ReportedEvent } from "../../../storage/index.ts";
import { scopeError } from "../access/authorizer.ts";
import { type Caller, mayDo } from "../access/caller.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";

// Who reported an event is the name of a token. Only admins are told: other callers learn nothing of the tokens there are.

/**
 * Whether to tell the caller who reported. `asked` is the parameter `reporters`. Default: an admin is told. Throws
 * HttpError 403 if somebody else asks for it.
 */
export function showsReporters(caller: Caller, asked = mayDo(caller, "admin")): boolean {
  if (asked && !mayDo(caller, "admin")) throw scopeError(caller, "admin", "The parameter reporters");
  return asked;
}

/** The event with this id, with its reporter if the caller is told. Undefined if there is no such event. */
export async function readReported(
  log: Pick<ScopedEventLog, "get" | "reportedEvent">,
  id: number,
  caller: Caller,
): Promise<ReportedEvent | undefined> {
  if (showsReporters(caller)) return log.reportedEvent(id);
  const event = await log.get(id);
  return event && { event, reporter: undefined };
}
