import { formatEvent } from "../../core/index.ts";
import type { LoggedPage } from "../../storage/index.ts";
import type { AppDeps } from "./app-deps.ts";
import type { CallersLog } from "./callers-log.ts";
import { newestId, walkEvents } from "./event-walk.ts";
import type { ExportQuery } from "./events-query.ts";
import { stayingOpen } from "./keep-open.ts";
import { answerHeaders } from "./security-headers.ts";
import type { StreamPlace } from "./stream-place.ts";
import { textStream } from "./text-stream.ts";

/**
 * All events that match and were there at the start, one JSON object a line, each with the idempotency key under which
 * an import records it once.
 */
export async function exportEvents(
  log: CallersLog,
  { filter, order, limit }: ExportQuery,
  { log: whole }: Pick<AppDeps, "log">,
  place: StreamPlace,
): Promise<Response> {
  place.streams.assertFree();
  const [logId, newest] = await Promise.all([log.id(), newestId(whole)]);
  const before = Math.min(filter.before ?? Number.POSITIVE_INFINITY, newest + 1);
  const walk = walkEvents(log, { ...filter, before }, order);
  let left = limit;
  let atEnd = false;
  let stopped = false;

  const next = async (): Promise<string | undefined> => {
    while (!atEnd && !stopped) {
      const page = await walk.next(left);
      left -= page.events.length;
      atEnd = !page.hasMore || left === 0;
      const lines = formatLines(page, logId);
      walk.measured(page.events.length, lines.length);
      if (lines !== "") return lines;
    }
    return undefined;
  };
  const stop = () => {
    stopped = true;
  };
  // Before the answer starts: what fails here can still be said.
  let ready = await stayingOpen(place.keepOpen, next);
  const body = textStream(
    {
      next: async () => {
        const text = ready ?? (await next());
        ready = undefined;
        return text;
      },
      stop,
    },
    place,
  );
  return new Response(body, { headers: { "content-type": "application/x-ndjson", vary: "accept", ...answerHeaders } });
}

function formatLines({ events, idempotencyKeys }: LoggedPage, logId: string): string {
  const lines = events.map((event) => {
    const key = idempotencyKeys.get(event.id) ?? `${logId}/${event.id}`;
    return `${formatEvent(event).slice(0, -1)},"idempotency_key":${JSON.stringify(key)}}\n`;
  });
  return lines.join("");
}
