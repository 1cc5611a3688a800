import type { AssetKey, RecordedEvent } from "../../../core/index.ts";
import type { TimelineMark } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { ParameterError } from "../../http/query-parameters.ts";
import { detailsOf } from "../values/event-details.ts";

/** Several times as many as a lane draws, so that each span with events has a mark. */
const mostMarks = 900;
/** How many materializations and observations are read for their numbers and data versions. */
const mostRead = 2000;

const day = 86_400_000;
/** The ranges of time that a page can show, by the value of `range` in its address. */
export const ranges = {
  "24h": { text: "24 h", words: "in the last 24 h", span: day },
  "7d": { text: "7 d", words: "in the last 7 days", span: 7 * day },
  "30d": { text: "30 d", words: "in the last 30 days", span: 30 * day },
  all: { text: "All", words: "", span: undefined },
} as const;
export type RangeName = keyof typeof ranges;

/** Throws ParameterError for an unknown range. */
export function rangeIn(query: URLSearchParams): RangeName {
  const asked = query.get("range") ?? "all";
  if (Object.hasOwn(ranges, asked)) return asked as RangeName; // as hasOwn has checked
  throw new ParameterError("range", "The parameter range must be 24h, 7d, 30d or all.");
}

/** The events of an asset in a range of time, by their timestamps. */
export interface History {
  readonly range: RangeName;
  /** The start of the range, in milliseconds since 1970 UTC; undefined if it starts with the first event. */
  readonly since: number | undefined;
  readonly marks: readonly TimelineMark[];
  /** The timestamp of the first event. */
  readonly first: number | null;
  /** How many events the marks stand for. */
  readonly total: number;
  /** Whether the marks are a sample, because there are more events than were examined. */
  readonly isSample: boolean;
  /** Materializations and observations, newest first. If there are many, an evenly spread sample. */
  readonly events: readonly RecordedEvent[];
  /** How many materializations and observations the marks stand for. */
  readonly reports: number;
  /** Whether `events` are all materializations and observations of the range. */
  readonly isWhole: boolean;
}

export async function readHistory(log: ScopedEventLog, key: AssetKey, range: RangeName, now: number): Promise<History> {
  const { span } = ranges[range];
  const since = span === undefined ? undefined : now - span;
  const { marks, first, isSample, events } = await log.timeline(key, { since, slots: mostMarks, events: mostRead });
  const reports = countOf(marks.filter(({ type }) => type !== "ASSET_CHECK_EVALUATION"));
  return {
    range,
    since,
    marks,
    first,
    total: countOf(marks),
    isSample,
    events: events.toReversed(),
    reports,
    isWhole: !isSample && events.length === reports,
  };
}

/** How many events marks stand for. */
export function countOf(marks: readonly TimelineMark[]): number {
  return marks.reduce((sum, { events }) => sum + events, 0);
}

/** The event from which an asset had a data version. */
export interface VersionChange {
  readonly version: string;
  readonly event: RecordedEvent;
  /**
   * `since`: the event introduced the version. `since at least`: the version is as old or older. `seen`: the event has
   * it, but not all events were read.
   */
  readonly known: "since" | "since at least" | "seen";
}

/** The changes of the data version among the events that were read, newest first. */
export function versionChanges({ events, range, isWhole }: History): readonly VersionChange[] {
  const versioned = events.flatMap((event) => {
    const version = detailsOf(event).dataVersion;
    return version === null ? [] : [{ version, event }];
  });
  const changes = versioned.filter(({ version }, i) => version !== versioned[i + 1]?.version);
  return changes.map((change, i) => {
    // Events before the range are not known.
    const isOldest = i === changes.length - 1 && range !== "all";
    return { ...change, known: !isWhole ? "seen" : isOldest ? "since at least" : "since" };
  });
}
