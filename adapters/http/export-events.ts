import { formatEvent } from "../../core/index.ts";
import type { EventLog, LoggedPage } from "../../storage/index.ts";
import { newestId, walkEvents } from "./event-walk.ts";
import type { ExportQuery } from "./events-query.ts";
import { textStream } from "./text-stream.ts";

/**
 * All events that match and were there at the start, one JSON object a line, each with the idempotency key under which
 * an import records it once.
 */
export async function exportEvents(log: EventLog, { filter, order, limit }: ExportQuery): Promise<Response> {
  const [logId, newest] = await Promise.all([log.id(), newestId(log)]);
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
  let ready = await next();
  const body = textStream({
    next: async () => {
      const text = ready ?? (await next());
      ready = undefined;
      return text;
    },
    stop,
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson", vary: "accept" } });
}

function formatLines({ events, idempotencyKeys }: LoggedPage, logId: string): string {
  const lines = events.map((event) => {
    const key = idempotencyKeys.get(event.id) ?? `${logId}/${event.id}`;
    return `${formatEvent(event).slice(0, -1)},"idempotency_key":${JSON.stringify(key)}}\n`;
  });
  return lines.join("");
}
