import type { Limits } from "../config/limits.ts";
import type { Caller } from "../http/access/caller.ts";
import type { ScopedEventLog } from "../http/access/scoped-event-log.ts";

/** One look at a page: what is asked for, by whom, and what it is answered from. */
export interface PageContext {
  readonly url: string;
  /** All that the caller may see. */
  readonly log: ScopedEventLog;
  readonly caller: Caller;
  readonly limits: Limits;
  /** The newest event's id before anything else is read: what comes after it is news to the page. */
  readonly newestId: number;
  /** False where the page's own script asks, which has the style already. */
  readonly isStyled: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The stream of what comes after a page was made, with the API's filters. */
export function streamPath({ newestId }: PageContext, filters: Readonly<Record<string, string>> = {}): string {
  return `/events/stream?${new URLSearchParams({ ...filters, after: String(newestId) })}`;
}
