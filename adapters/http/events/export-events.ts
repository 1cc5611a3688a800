import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import { answerHeaders } from "../responses.ts";
import { byteStream, type StreamOutlet, withoutIdleTimeout } from "./byte-stream.ts";
import { type EventPages, PageSize } from "./event-pages.ts";
import type { ExportQuery } from "./events-query.ts";

/**
 * Answers all events that match and existed at the start, one JSON object a line. Each has the idempotency key under
 * which an import records it once. Rejects with HttpError 403 or 503 before the answer starts.
 */
export async function exportEvents(
  log: ScopedEventLog,
  { filter, order, limit, reporters }: ExportQuery,
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
      const page = await pages.page({ as: "lines", reporters }, narrowed, {
        order,
        limit: Math.min(size.events, left),
        cursor,
      });
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
  // Read before the answer starts, so that a failure can still be answered with its status.
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
