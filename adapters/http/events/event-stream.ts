import type { EventFilter } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import type { AppDeps } from "../app-deps.ts";
import { answerHeaders } from "../security-headers.ts";
import type { EventFeeds, FeedReader } from "./event-feeds.ts";
import type { EventPages } from "./event-pages.ts";
import { byteStream, type StreamOutlet } from "./text-stream.ts";

// What lies between takes a connection that is silent for much longer for dead.
const heartbeat = 5000;
const headers = {
  ...answerHeaders,
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect events before it passes them on.
  "x-accel-buffering": "no",
};
const utf8 = new TextEncoder();
const stillHere = utf8.encode(": still here\n\n");

export interface StreamSource {
  readonly pages: EventPages;
  readonly feeds: EventFeeds;
  readonly closing?: AppDeps["closing"] | undefined;
}

/**
 * All events that match, from `after` on or from now on, as server-sent events: `id` is the event's, `event` its type.
 * `event: position` says only how far the stream has come: where it starts, and with heartbeats past events that did
 * not match, so that a stream which resumes there misses nothing and examines nothing again. `event: pruned` says at the
 * beginning that retention has deleted events behind the position, up to the one that it names.
 *
 * The client's reading drives it: a slow reader has one page waiting and no more.
 */
export async function streamEvents(
  log: ScopedEventLog,
  filter: EventFilter,
  { pages, feeds, closing }: StreamSource,
  outlet: StreamOutlet,
): Promise<Response> {
  outlet.assertFree();
  let position = filter.after ?? (await pages.newestId());
  const prunedId = filter.after === undefined ? 0 : await pages.prunedId(filter.type);
  // Here, since whoever may not see this is told before the answer starts.
  const { after: _, ...narrowed } = log.narrow(filter);
  let cursor: string | undefined;
  let reader: FeedReader | undefined;
  let isAtEnd = false;
  let sentAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  /** What the log has now; undefined where it has nothing more, or time ran out on events that don't match. */
  async function look(reader: FeedReader, due: number): Promise<Uint8Array | undefined> {
    for (;;) {
      await log.recheck();
      const page = await reader.page({ after: position, cursor });
      isAtEnd = !page.hasMore;
      if (page.last === undefined) cursor = page.cursor ?? cursor;
      else [position, cursor] = [page.last, undefined];
      if (page.events > 0) return page.bytes;
      if (isAtEnd || performance.now() >= due || stopped) return undefined;
    }
  }

  async function following(reader: FeedReader): Promise<Uint8Array | undefined> {
    const due = performance.now() + heartbeat;
    const rest = isAtEnd ? sentAt + feeds.rest - performance.now() : 0;
    // A timer is no finer than a millisecond.
    if (rest > 1) await new Promise((resolve) => setTimeout(resolve, rest));
    while (!stopped) {
      const isDue = performance.now() >= due;
      // Before the look, which has then examined everything up to here.
      const newest = isDue ? await pages.newestId() : position;
      const bytes = await look(reader, due);
      sentAt = performance.now();
      if (bytes !== undefined) return bytes;
      if (!isDue) await reader.wait(Math.max(0, due - performance.now()));
      else if (!isAtEnd || newest <= position) return stillHere;
      else {
        [position, cursor] = [newest, undefined];
        return utf8.encode(formatPosition(newest));
      }
    }
    return undefined;
  }

  function stop(): void {
    stopped = true;
    reader?.close();
    closing?.removeEventListener("abort", stop);
  }

  const next = async (): Promise<Uint8Array | undefined> => {
    if (reader !== undefined) return following(reader);
    // Not before the first read: a request that is given up earlier never says so.
    reader = feeds.open(narrowed);
    closing?.addEventListener("abort", stop);
    if (closing?.aborted === true) stop();
    const pruned = prunedId > position ? formatPruned(prunedId) : "";
    return utf8.encode(`retry: 1000\n${pruned}${formatPosition(position)}`);
  };
  return new Response(byteStream({ next, stop }, outlet), { headers });
}

/** Without an id: what is left below the pruned event is still to come. */
function formatPruned(id: number): string {
  return `event: pruned\ndata: {"id":${id}}\n\n`;
}

function formatPosition(id: number): string {
  return `id: ${id}\nevent: position\ndata: {"id":${id}}\n\n`;
}
