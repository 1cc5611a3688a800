import type { EventFilter } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../access/scoped-event-log.ts";
import type { AppDeps } from "../app-deps.ts";
import { answerHeaders } from "../responses.ts";
import { type ByteSource, byteStream, type StreamOutlet } from "./byte-stream.ts";
import type { EventFeeds, FeedReader } from "./event-feeds.ts";
import type { EventPages } from "./event-pages.ts";

// Proxies take a connection for dead that is silent for much longer.
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

interface StreamSource {
  readonly pages: EventPages;
  readonly feeds: EventFeeds;
  readonly closing?: AppDeps["closing"] | undefined;
  /** Whether to say who reported the events. */
  readonly reporters: boolean;
}

/**
 * Answers all events that match, after the id `after` or from now on, as server-sent events: `id` is the event's id,
 * `event` its type. Rejects with HttpError 403 or 503 before the answer starts.
 *
 * `event: position` tells how far the stream has come: at its start, and with heartbeats after events that did not
 * match. A client that resumes there misses nothing, and the log examines nothing twice. `event: pruned` comes first if
 * retention has deleted events after the position; its id is the newest of them.
 *
 * The client's reading drives the stream: for a slow client, one page waits.
 */
export async function streamEvents(
  log: ScopedEventLog,
  filter: EventFilter,
  source: StreamSource,
  outlet: StreamOutlet,
): Promise<Response> {
  outlet.assertFree();
  const { pages } = source;
  const position = filter.after ?? (await pages.newestId());
  const prunedId = filter.after === undefined ? 0 : await pages.prunedId(filter.type);
  // Narrowed here, so that a 403 comes before the answer starts.
  const { after: _, ...narrowed } = log.narrow(filter);
  const stream = new EventStream(log, narrowed, source, { position, prunedId });
  return new Response(byteStream(stream, outlet), { headers });
}

/** The events of one stream, from its position on. */
class EventStream implements ByteSource {
  readonly #log: ScopedEventLog;
  readonly #filter: Omit<EventFilter, "after">;
  readonly #pages: EventPages;
  readonly #feeds: EventFeeds;
  readonly #closing: AppDeps["closing"] | undefined;
  readonly #reporters: boolean;
  readonly #prunedId: number;
  #position: number;
  #cursor: string | undefined;
  #reader: FeedReader | undefined;
  #isAtEnd = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(
    log: ScopedEventLog,
    filter: Omit<EventFilter, "after">,
    { pages, feeds, closing, reporters }: StreamSource,
    start: { readonly position: number; readonly prunedId: number },
  ) {
    this.#log = log;
    this.#filter = filter;
    this.#pages = pages;
    this.#feeds = feeds;
    this.#closing = closing;
    this.#reporters = reporters;
    this.#prunedId = start.prunedId;
    this.#position = start.position;
  }

  next(): Promise<Uint8Array | undefined> {
    return this.#reader === undefined ? this.#begin() : this.#follow(this.#reader);
  }

  readonly stop = (): void => {
    this.#stopped = true;
    this.#reader?.close();
    this.#closing?.removeEventListener("abort", this.stop);
  };

  /** Called by the first read and not before: a request that is given up earlier never calls `stop`. */
  async #begin(): Promise<Uint8Array> {
    this.#reader = this.#feeds.open(this.#filter, this.#reporters);
    this.#closing?.addEventListener("abort", this.stop);
    if (this.#closing?.aborted === true) this.stop();
    const pruned = this.#prunedId > this.#position ? formatPruned(this.#prunedId) : "";
    return utf8.encode(`retry: 1000\n${pruned}${formatPosition(this.#position)}`);
  }

  async #follow(reader: FeedReader): Promise<Uint8Array | undefined> {
    const due = performance.now() + heartbeat;
    const rest = this.#isAtEnd ? this.#sentAt + this.#feeds.rest - performance.now() : 0;
    // A timer is no finer than a millisecond.
    if (rest > 1) await new Promise((resolve) => setTimeout(resolve, rest));
    while (!this.#stopped) {
      const isDue = performance.now() >= due;
      // Read before the pages, which have then examined everything up to this id.
      const newest = isDue ? await this.#pages.newestId() : this.#position;
      const bytes = await this.#readPage(reader, due);
      this.#sentAt = performance.now();
      if (bytes !== undefined) return bytes;
      if (!isDue) await reader.wait(Math.max(0, due - performance.now()));
      else if (!this.#isAtEnd || newest <= this.#position) return stillHere;
      else {
        [this.#position, this.#cursor] = [newest, undefined];
        return utf8.encode(formatPosition(newest));
      }
    }
    return undefined;
  }

  /** The next page with events; undefined at the end of the log, or if none of the events matched until `due`. */
  async #readPage(reader: FeedReader, due: number): Promise<Uint8Array | undefined> {
    for (;;) {
      await this.#log.recheck();
      const page = await reader.page({ after: this.#position, cursor: this.#cursor });
      this.#isAtEnd = !page.hasMore;
      if (page.last === undefined) this.#cursor = page.cursor ?? this.#cursor;
      else [this.#position, this.#cursor] = [page.last, undefined];
      if (page.events > 0) return page.bytes;
      if (this.#isAtEnd || performance.now() >= due || this.#stopped) return undefined;
    }
  }
}

/** Without an id, because events before the pruned one are still to come. */
function formatPruned(id: number): string {
  return `event: pruned\ndata: {"id":${id}}\n\n`;
}

function formatPosition(id: number): string {
  return `id: ${id}\nevent: position\ndata: {"id":${id}}\n\n`;
}
