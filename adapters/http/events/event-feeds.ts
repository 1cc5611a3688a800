import type { EventFilter, EventLog } from "../../../storage/index.ts";
import { createCommitSignal } from "./commit-signal.ts";
import { type EventPages, PageSize, type TextPage } from "./event-pages.ts";
import { StreamTurns } from "./stream-turns.ts";

/** Where a reader of a feed is: behind the event `after`, and behind what a page examined since without a match. */
export interface FeedPlace {
  readonly after: number;
  readonly cursor: string | undefined;
}

/** How long a page is kept for readers that come to the same place later, in milliseconds. */
const keptFor = 5000;
/** What the kept pages of all feeds hold together, in bytes. */
const mostKept = 16 << 20;
/** For each stream, how long it leaves the others the time to send what is new, in milliseconds. */
const restPerStream = 0.2;

interface KeptPage {
  readonly made: Promise<TextPage>;
  readonly at: number;
  /** How much news there had been when it was asked for. */
  readonly news: number;
  bytes: number;
}

interface Feed {
  readonly size: PageSize;
  readonly pages: Map<string, KeptPage>;
  readers: number;
}

/**
 * The pages of all streams of a server. Streams with one filter that stand at one place share a page, so that an event
 * is read and formatted once for all of them, and they send by turns.
 */
export class EventFeeds {
  readonly turns = new StreamTurns();
  readonly #pages: EventPages;
  readonly #watch: EventLog["watch"];
  readonly #feeds = new Map<string, Feed>();
  /** Called after each commit, all by the one listener that the log has. */
  readonly #listeners = new Set<() => void>();
  #unwatch: (() => void) | undefined;
  #readers = 0;
  #news = 0;
  #kept = 0;

  constructor(pages: EventPages, watch: EventLog["watch"]) {
    this.#pages = pages;
    this.#watch = watch;
  }

  /** How long a stream should wait between two pages of news, in milliseconds: the more streams, the more news share a page. */
  get rest(): number {
    return this.#readers * restPerStream;
  }

  /** A reader of the events that match, wherever it is; `close` lets go of it. */
  open(filter: Omit<EventFilter, "after">): FeedReader {
    const key = JSON.stringify(filter, Object.keys(filter).sort());
    const feed = this.#feeds.get(key) ?? { size: new PageSize(), pages: new Map<string, KeptPage>(), readers: 0 };
    this.#feeds.set(key, feed);
    feed.readers++;
    this.#readers++;
    this.#unwatch ??= this.#watch(() => {
      this.#news++;
      for (const listener of this.#listeners) listener();
    });
    const signal = createCommitSignal((listener) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    });
    let isOpen = true;
    return {
      page: (place) => this.#page(feed, filter, place),
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

  /** Forgets all pages: what they hold may have been wiped. */
  forget(): void {
    for (const feed of this.#feeds.values()) this.#forgetPages(feed);
  }

  async #page(feed: Feed, filter: Omit<EventFilter, "after">, place: FeedPlace): Promise<TextPage> {
    const asked = this.#news;
    for (;;) {
      const kept = this.#find(feed, place) ?? this.#read(feed, filter, place);
      const page = await kept.made;
      // What was looked for before the news of which this reader knows may have missed them.
      if (page.events > 0 || page.hasMore || kept.news >= asked) return page;
      this.#drop(feed, keyOf(place), kept);
    }
  }

  #find(feed: Feed, place: FeedPlace): KeptPage | undefined {
    const kept = feed.pages.get(keyOf(place));
    if (kept === undefined || performance.now() - kept.at < keptFor) return kept;
    this.#drop(feed, keyOf(place), kept);
    return undefined;
  }

  #read(feed: Feed, filter: Omit<EventFilter, "after">, { after, cursor }: FeedPlace): KeptPage {
    const key = keyOf({ after, cursor });
    const made = this.#pages.page("blocks", { ...filter, after }, { order: "asc", limit: feed.size.events, cursor });
    const kept: KeptPage = { made, at: performance.now(), news: this.#news, bytes: 0 };
    feed.pages.set(key, kept);
    made.then(
      (page) => {
        feed.size.measured(page);
        if (feed.pages.get(key) !== kept) return;
        // The end of the log is another place after the next commit.
        if (page.events === 0) return this.#drop(feed, key, kept);
        kept.bytes = page.bytes.byteLength;
        this.#kept += kept.bytes;
        this.#makeRoom();
      },
      () => this.#drop(feed, key, kept),
    );
    return kept;
  }

  #makeRoom(): void {
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
  /** The events behind a place, oldest first. Its bytes are shared. */
  page(place: FeedPlace): Promise<TextPage>;
  /** Resolves after the next commit, one since the last wait included, after `timeout` milliseconds, or by `close`. */
  wait(timeout: number): Promise<void>;
  close(): void;
}

function keyOf({ after, cursor }: FeedPlace): string {
  return `${after} ${cursor ?? ""}`;
}
