import type { EventLog } from "../../storage/index.ts";
import type { Limits } from "../config.ts";
import type { Viewer } from "./viewer.ts";

/** One look at a page: what is asked for, by whom, and what it is answered from. */
export interface Visit {
  readonly url: string;
  readonly log: EventLog;
  readonly limits: Limits;
  readonly viewer: Viewer;
  /** The newest event's id before anything else is read: what comes after it is news to the page. */
  readonly newestId: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The stream of what comes after a page was made, with the API's filters. */
export function streamPath({ newestId }: Visit, filters: Readonly<Record<string, string>> = {}): string {
  return `/api/v1/events/stream?${new URLSearchParams({ ...filters, after: String(newestId) })}`;
}
