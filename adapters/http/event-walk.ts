import type { EventFilter, EventLog, LoggedPage, PageRequest } from "../../storage/index.ts";

/** A walk through all events that match, page after page, which goes on where it was when there are more of them. */
export interface EventWalk {
  /** A page of at most `most` events; it may be empty while `hasMore` is true. */
  next(most?: number): Promise<LoggedPage>;
  /** Says how long the page became, so that pages of large events get shorter. */
  measured(events: number, characters: number): void;
}

const largestPage = 1000;
/** A page is all that a reader costs in memory. */
const charactersPerPage = 1 << 20;

export function walkEvents(log: Pick<EventLog, "query">, filter: EventFilter, order: PageRequest["order"]): EventWalk {
  let cursor: string | undefined;
  // Unknown at first, so not many: events may be as large as a body.
  let size = 100;
  return {
    next: async (most = largestPage) => {
      const page = await log.query(filter, { order, limit: Math.min(size, most), cursor });
      cursor = page.cursor ?? cursor;
      return page;
    },
    measured: (events, characters) => {
      if (events === 0) return;
      const fitting = Math.floor((events * charactersPerPage) / characters);
      size = Math.max(1, Math.min(largestPage, fitting));
    },
  };
}
