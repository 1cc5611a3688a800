import { formatEvent, type RecordedEventType } from "../../../core/index.ts";
import type {
  EventFilter,
  EventLog,
  LoggedPage,
  Maintenance,
  PageRequest,
  ReportedEvent,
} from "../../../storage/index.ts";

/** How the events of a page are written. */
export interface PageForm {
  /** `lines` is NDJSON for imports, `blocks` is server-sent events. */
  readonly as: "lines" | "blocks";
  /** Whether to write who reported them. */
  readonly reporters: boolean;
}

/** A page of events, formatted. */
export interface TextPage {
  /** UTF-8. Several answers may share these bytes, so they must not be changed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly events: number;
  /** The id of the last event on the page. */
  readonly last: number | undefined;
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

/** Pages of a whole log, formatted on this thread or another. */
export interface EventPages {
  page(form: PageForm, filter: EventFilter, request: PageRequest): Promise<TextPage>;
  /** The greatest id in the log, 0 for none. */
  newestId(): Promise<number>;
  prunedId(type: RecordedEventType | undefined): Promise<number>;
}

type PagedLog = Pick<EventLog & Maintenance, "query" | "id" | "prunedId">;

const utf8 = new TextEncoder();

/** Formats pages on the calling thread. */
export function createEventPages(log: PagedLog): EventPages {
  let logId: Promise<string> | undefined;
  const format = async (form: PageForm, page: LoggedPage): Promise<string> => {
    const reporters = form.reporters ? page.reporters : undefined;
    const events = page.events.map((event) => ({ event, reporter: reporters?.get(event.id) }));
    if (form.as === "blocks") return events.map(formatBlock).join("");
    logId ??= log.id();
    logId.catch(() => {
      logId = undefined; // the next page asks again
    });
    return formatLines(events, page.idempotencyKeys, await logId);
  };
  return {
    page: async (form, filter, request) => {
      const page = await log.query(filter, request);
      return {
        bytes: utf8.encode(await format(form, page)),
        events: page.events.length,
        last: page.events.at(-1)?.id,
        cursor: page.cursor,
        hasMore: page.hasMore,
      };
    },
    newestId: () => newestId(log),
    prunedId: (type) => log.prunedId(type),
  };
}

/** The greatest id in the log, 0 for none. */
export async function newestId(log: Pick<EventLog, "query">): Promise<number> {
  for (let cursor: string | undefined; ; ) {
    const page = await log.query({}, { order: "desc", limit: 1, cursor });
    const [newest] = page.events;
    if (newest !== undefined) return newest.id;
    if (!page.hasMore) return 0;
    cursor = page.cursor ?? cursor;
  }
}

/** As `formatEvent`, with the reporter as the last member if there is one. */
export function formatReported({ event, reporter }: ReportedEvent): string {
  const json = formatEvent(event);
  return reporter === undefined ? json : `${json.slice(0, -1)},"reported_by":${JSON.stringify(reporter)}}`;
}

function formatBlock(found: ReportedEvent): string {
  const { id, type } = found.event;
  return `id: ${id}\nevent: ${type}\ndata: ${formatReported(found)}\n\n`;
}

/** Each line has the idempotency key under which an import records it once. */
function formatLines(events: readonly ReportedEvent[], keys: LoggedPage["idempotencyKeys"], logId: string): string {
  const lines = events.map((found) => {
    const { id } = found.event;
    const key = keys.get(id) ?? `${logId}/${id}`;
    return `${formatReported(found).slice(0, -1)},"idempotency_key":${JSON.stringify(key)}}\n`;
  });
  return lines.join("");
}

const largestPage = 1000;
/** The size that a page should have, so that it does not occupy the sending thread for long. */
const bytesPerPage = 256 << 10;

/** How many events a page may have, by the size of the events before. It starts with few, since their size is unknown. */
export class PageSize {
  #events = 50;

  get events(): number {
    return this.#events;
  }

  measured({ events, bytes }: TextPage): void {
    if (events === 0) return;
    const fitting = Math.floor((events * bytesPerPage) / bytes.byteLength);
    // At most four times as many as before, since one page tells little about the next.
    this.#events = Math.max(1, Math.min(largestPage, this.#events * 4, fitting));
  }
}
