import type { Context } from "hono";
import type { EventLog, Maintenance } from "../../../storage/index.ts";
import type { AppEnv } from "../app-deps.ts";
import type { SharedLimits, StreamKind } from "../shared-limits.ts";
import type { StreamOutlet } from "./byte-stream.ts";
import { EventFeeds } from "./event-feeds.ts";
import { createEventPages, type EventPages } from "./event-pages.ts";

/** Shared by all streams and exports of a server. */
export interface Streaming {
  readonly pages: EventPages;
  readonly feeds: EventFeeds;
}

/** `pages` formats the events. Default: this thread does. */
export function createStreaming(log: StreamedLog, pages: EventPages = createEventPages(log)): Streaming {
  return { pages, feeds: new EventFeeds(pages, (listener) => log.watch(listener)) };
}

type StreamedLog = Pick<EventLog & Maintenance, "query" | "id" | "prunedId" | "watch">;

/** The outlet of a request's answer: a slot, turns to send, and its connection. */
export function outletFor(
  kind: StreamKind,
  c: Context<AppEnv>,
  { streams }: SharedLimits,
  { feeds }: Streaming,
): StreamOutlet {
  const { name } = c.get("caller");
  return {
    assertFree: () => streams.assertFree(kind, name),
    enter: () => {
      if (kind === "stream") c.env?.endWithSender?.(); // a stream has no end of its own
      return streams.enter(kind, name);
    },
    turns: feeds.turns,
    disableIdleTimeout: c.env?.disableIdleTimeout,
    breakOff: c.env?.breakOff,
  };
}
