import type { EventFilter, EventLog } from "../../../storage/index.ts";
import { CommitSignal } from "../../api/commit-signal.ts";
import { type EventPages, PageSize, type TextPage } from "./event-pages.ts";
import { StreamTurns } from "./stream-turns.ts";

/** The position of a reader in a feed: after the event `after`, and after events that pages examined since without a match. */
export interface FeedPosition {
  readonly after: number;
  readonly cursor: string | undefined;
}

/** How long a page is kept for readers that come to the same position later, in milliseconds. */
const keptFor = 5000;
/** The size of the kept pages of all feeds together, in bytes. */
const mostKept = 16 << 20;
/** How long each stream lets the others send new events, in milliseconds. */
const restPerStream = 0.2;

interface KeptPage {
  readonly made: Promise<TextPage>;
  readonly at: number;
  /** How many commits there had been when it was read. */
  readonly commits: number;
  bytes: number;
}

interface Feed {
  readonly reporters: boolean;
  readonly size: PageSize;
  readonly pages: Map<string, KeptPage>;
  readers: number;
}

/**
 * The pages of all streams of a server. Streams with the same filter and position share a page, so that an event is read
 * and formatted once for all of them, and once more for those that say who reported it. They send by turns.
 */
export class EventFeeds {
  readonly turns = new StreamTurns();
  readonly #pages: EventPages;
  readonly #watch: EventLog["watch"];
  readonly #feeds = new Map<string, Feed>();
  /** Called after each commit. The log has one listener for all of them. */
  readonly #listeners = new Set<() => void>();
  #unwatch: (() => void) | undefined;
  #readers = 0;
  #commits = 0;
  #kept = 0;

  constructor(pages: EventPages, watch: EventLog["watch"]) {
    this.#pages = pages;
    this.#watch = watch;
  }

  /** How long a stream waits between two pages of new events, in milliseconds. With more streams, more events share a page. */
  get rest(): number {
    return this.#readers * restPerStream;
  }

  /** Opens a reader of the events that match, with or without who reported them. `close` ends it. */
  open(filter: Omit<EventFilter, "after">, reporters = false): FeedReader {
    const key = `${reporters} ${JSON.stringify(filter, Object.keys(filter).sort())}`;
    const feed = this.#feeds.get(key) ?? {
      reporters,
      size: new PageSize(),
      pages: new Map<string, KeptPage>(),
      readers: 0,
    };
    this.#feeds.set(key, feed);
    feed.readers++;
    this.#readers++;
    this.#unwatch ??= this.#watch(() => {
      this.#commits++;
      for (const listener of this.#listeners) listener();
    });
    const signal = new CommitSignal((listener) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    });
    let isOpen = true;
    return {
      page: (position) => this.#page(feed, filter, position),
      wait: (timeout) => signal.wait(timeout),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        signal.stop();
        this.#readers--;
        if (--feed.readers === 0) {
          this.#forgetPages(feed);
          this.#feeds.delete(key);
        }
        if (this.#readers > 0) return;
        this.#unwatch?.();
        this.#unwatch = undefined;
      },
    };
  }

  /** Forgets all pages, because events in them may have been wiped. */
  forget(): void {
    for (const feed of this.#feeds.values()) this.#forgetPages(feed);
  }

  async #page(feed: Feed, filter: Omit<EventFilter, "after">, position: FeedPosition): Promise<TextPage> {
    const known = this.#commits;
    for (;;) {
      const kept = this.#find(feed, position) ?? this.#read(feed, filter, position);
      const page = await kept.made;
      // A page that was read before the last commit that this reader knows of may have missed its events.
      if (page.events > 0 || page.hasMore || kept.commits >= known) return page;
      this.#drop(feed, keyOf(position), kept);
    }
  }

  #find(feed: Feed, position: FeedPosition): KeptPage | undefined {
    const kept = feed.pages.get(keyOf(position));
    if (kept === undefined || performance.now() - kept.at < keptFor) return kept;
    this.#drop(feed, keyOf(position), kept);
    return undefined;
  }

  #read(feed: Feed, filter: Omit<EventFilter, "after">, { after, cursor }: FeedPosition): KeptPage {
    const key = keyOf({ after, cursor });
    const form = { as: "blocks", reporters: feed.reporters } as const;
    const made = this.#pages.page(form, { ...filter, after }, { order: "asc", limit: feed.size.events, cursor });
    const kept: KeptPage = { made, at: performance.now(), commits: this.#commits, bytes: 0 };
    feed.pages.set(key, kept);
    made.then(
      (page) => {
        feed.size.measured(page);
        if (feed.pages.get(key) !== kept) return;
        // The end of the log moves with the next commit.
        if (page.events === 0) return this.#drop(feed, key, kept);
        kept.bytes = page.bytes.byteLength;
        this.#kept += kept.bytes;
        this.#evictPages();
      },
      () => this.#drop(feed, key, kept),
    );
    return kept;
  }

  #evictPages(): void {
    for (const feed of this.#feeds.values()) {
      for (const [key, kept] of feed.pages) {
        if (this.#kept <= mostKept) return;
        if (kept.bytes > 0) this.#drop(feed, key, kept);
      }
    }
  }

  #drop(feed: Feed, key: string, kept: KeptPage): void {
    if (feed.pages.get(key) !== kept) return;
    feed.pages.delete(key);
    this.#kept -= kept.bytes;
  }

  #forgetPages(feed: Feed): void {
    for (const [key, kept] of feed.pages) this.#drop(feed, key, kept);
  }
}

export interface FeedReader {
  /** The events after a position, oldest first. Readers share its bytes. */
  page(position: FeedPosition): Promise<TextPage>;
  /** Resolves after a commit since the last wait, after `timeout` milliseconds, or by `close`. */
  wait(timeout: number): Promise<void>;
  close(): void;
}

function keyOf({ after, cursor }: FeedPosition): string {
  return `${after} ${cursor ?? ""}`;
}
