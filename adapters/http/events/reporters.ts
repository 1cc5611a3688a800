import { scopeError } from "../access/authorizer.ts";
import { type Caller, mayDo } from "../access/caller.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import type { ReportedEvent } from "./event-pages.ts";

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
  log: Pick<ScopedEventLog, "get" | "query">,
  id: number,
  caller: Caller,
): Promise<ReportedEvent | undefined> {
  if (!showsReporters(caller)) {
    const event = await log.get(id);
    return event && { event, reporter: undefined };
  }
  // Only a page has reporters. It may be empty although there is more.
  for (let cursor: string | undefined; ; ) {
    const page = await log.query({ after: id - 1, before: id + 1 }, { order: "asc", limit: 1, cursor });
    const [event] = page.events;
    if (event !== undefined) return { event, reporter: page.reporters?.get(id) };
    if (!page.hasMore) return undefined;
    cursor = page.cursor ?? cursor;
  }
}
