import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import { answerHeaders } from "../security-headers.ts";
import { type EventPages, PageSize } from "./event-pages.ts";
import type { ExportQuery } from "./events-query.ts";
import { withoutIdleTimeout } from "./idle-timeout.ts";
import { byteStream, type StreamOutlet } from "./text-stream.ts";

/**
 * All events that match and were there at the start, one JSON object a line, each with the idempotency key under which
 * an import records it once.
 */
export async function exportEvents(
  log: ScopedEventLog,
  { filter, order, limit }: ExportQuery,
  pages: EventPages,
  outlet: StreamOutlet,
): Promise<Response> {
  outlet.assertFree();
  const newest = await pages.newestId();
  const before = Math.min(filter.before ?? Number.POSITIVE_INFINITY, newest + 1);
  const narrowed = log.narrow({ ...filter, before });
  const size = new PageSize();
  let cursor: string | undefined;
  let left = limit;
  let atEnd = false;
  let stopped = false;

  const next = async (): Promise<Uint8Array | undefined> => {
    while (!atEnd && !stopped) {
      await log.recheck();
      const page = await pages.page("lines", narrowed, { order, limit: Math.min(size.events, left), cursor });
      cursor = page.cursor ?? cursor;
      left -= page.events;
      atEnd = !page.hasMore || left === 0;
      size.measured(page);
      if (page.events > 0) return page.bytes;
    }
    return undefined;
  };
  const stop = () => {
    stopped = true;
  };
  // Before the answer starts: what fails here can still be said.
  let ready = await withoutIdleTimeout(outlet.disableIdleTimeout, next);
  const body = byteStream(
    {
      next: async () => {
        const bytes = ready ?? (await next());
        ready = undefined;
        return bytes;
      },
      stop,
    },
    outlet,
  );
  return new Response(body, { headers: { "content-type": "application/x-ndjson", vary: "accept", ...answerHeaders } });
}
