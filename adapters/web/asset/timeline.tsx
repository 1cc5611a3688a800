/** @jsxImportSource hono/jsx */
import type { TimelineMark } from "../../../storage/index.ts";
import { ago, exactTime } from "../browser/ago.js";
import { kindWords } from "../events/event-table.tsx";
import { pageBudget } from "../parts/page-budget.ts";
import { withQuery } from "../parts/page-query.ts";
import { type State, stateOf } from "../parts/state.tsx";
import { visibleName } from "../parts/visible-text.ts";
import { countOf, type History, type RangeName, ranges } from "./asset-history.ts";

const lanes = [
  { name: "materialized", type: "ASSET_MATERIALIZATION" },
  { name: "observed", type: "ASSET_OBSERVATION" },
  { name: "checked", type: "ASSET_CHECK_EVALUATION" },
] as const;

const laneHeight = 22;
/** Up to so many events of a lane are each drawn at their own time, except those on the same pixel. */
const mostExact = 300;
/** The number of equal spans of a lane with more events. The events of a span are one mark of its width. */
const spans = 300;
/** How much of a lane has marks, in percent. The margin is 1 on each side. */
const drawn = 98;
/** About a pixel of a wide screen, in percent of a lane. */
const pixel = 0.05;

interface TimelineProps {
  readonly history: History;
  readonly now: number;
  /** The address of the same page. The links change its range. */
  readonly url: string;
  /** How many events there are at all times. */
  readonly total: number;
}

/** The time span of a timeline, and the positions in it. */
class TimeScale {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  /** The position of a time to a pixel, in percent of a lane. */
  exact(time: number): number {
    return round(Math.round((1 + this.#share(time) * drawn) / pixel) * pixel);
  }

  /** The position of the equal span that a time is in, in percent of a lane. */
  ofSpan(time: number): number {
    return round(1 + (Math.min(spans - 1, Math.floor(this.#share(time) * spans)) / spans) * drawn);
  }

  #share(time: number): number {
    return (time - this.start) / Math.max(1, this.end - this.start);
  }
}

/** When events of an asset happened: a lane for each kind, from the start of a range to now, or to the last event. */
export function Timeline({ history, now, url, total }: TimelineProps) {
  const { marks, since, first } = history;
  const scale = new TimeScale(since ?? first ?? now, Math.max(now, marks.at(-1)?.timestamp ?? now));
  const nowAt = scale.end > now ? scale.exact(now) : undefined;
  const shown = lanesOf(marks, scale);
  const isMerged = shown.some((lane) => lane.marks.length < lane.events);
  return (
    <div class="timeline">
      <div class="ranges">
        <span class="soft">{coverage(history, { total, isMerged, now })}</span>
        <Ranges range={history.range} url={url} />
      </div>
      <ol>
        {shown.map((lane) => (
          <LaneRow lane={lane} nowAt={nowAt} />
        ))}
      </ol>
      {shown.length > 0 && nowAt !== undefined && (
        <svg class="now-label" height="14" width="100%" aria-hidden="true">
          <text x={`${nowAt}%`} y="11" text-anchor={nowAt > 90 ? "end" : "middle"}>
            now
          </text>
        </svg>
      )}
      {shown.length > 0 && (
        <p class="axis">
          <span>{exactTime(scale.start)}</span>
          <span>{nowAt === undefined ? "now" : ago(scale.end, now)}</span>
        </p>
      )}
    </div>
  );
}

function Ranges({ range, url }: { readonly range: RangeName; readonly url: string }) {
  return (
    <nav aria-label="Range of time">
      {(Object.keys(ranges) as RangeName[]).map((name) => (
        <a
          href={withQuery(url, { range: name === "all" ? null : name, cells: null })}
          aria-current={name === range ? "true" : undefined}
        >
          {ranges[name].text}
        </a>
      ))}
    </nav>
  );
}

interface Lane {
  readonly name: string;
  readonly events: number;
  /** Whether marks stand for equal spans, because there are too many events. */
  readonly isDense: boolean;
  readonly marks: readonly PlacedMark[];
}

/** The lanes that have events. */
function lanesOf(marks: readonly TimelineMark[], scale: TimeScale): readonly Lane[] {
  const all = lanes.map(({ name, type }): Lane => {
    const ofLane = marks.filter((mark) => mark.type === type);
    const events = countOf(ofLane);
    const isDense = events > mostExact;
    const at = (time: number) => (isDense ? scale.ofSpan(time) : scale.exact(time));
    return { name, events, isDense, marks: merge(ofLane, at) };
  });
  return all.filter((lane) => lane.events > 0);
}

function LaneRow({ lane, nowAt }: { readonly lane: Lane; readonly nowAt: number | undefined }) {
  const count = lane.events.toLocaleString("en");
  return (
    <li class={lane.name}>
      <span class="lane">
        {lane.name} <span class="soft">{count}</span>
      </span>
      <svg
        class={lane.isDense ? "dense" : undefined}
        height={laneHeight}
        width="100%"
        role="img"
        aria-label={`${count} ${lane.name}`}
      >
        <line x1="0" x2="100%" y1={laneHeight - 0.5} y2={laneHeight - 0.5} />
        {nowAt !== undefined && <line class="now" x1={`${nowAt}%`} x2={`${nowAt}%`} y1="0" y2={laneHeight} />}
        {lane.marks.map((mark) => (
          <Mark mark={mark} />
        ))}
      </svg>
    </li>
  );
}

interface Coverage extends Pick<TimelineProps, "total" | "now"> {
  readonly isMerged: boolean;
}

/** Clocks that differ by less than this agree, in milliseconds. */
const mostApart = 5000;

/** A sentence on which events the timeline shows. */
function coverage(history: History, { total, isMerged, now }: Coverage): string {
  const { range, total: found, isSample, events, reports } = history;
  const ahead = range === "all" ? 0 : countOf(history.marks.filter(({ timestamp }) => timestamp > now + mostApart));
  const count = (number: number) => number.toLocaleString("en");
  const { words } = ranges[range];
  if (total === 0) return "Nothing has been reported.";
  if (found === 0) return `No events ${words}: ${count(total)} before.`;
  if (total === 1) return "1 event.";
  const past = `${count(found - ahead)} of ${count(total)} events, those ${words}`;
  const all = range === "all" ? `All ${count(total)} events` : past;
  const sample = `A sample of ${count(found)} events ${words || `of all ${count(total)}`}, evenly spread in the order of receipt`;
  const parts = [isSample ? sample : all];
  if (ahead > 0 && !isSample) parts.push(`${count(ahead)} ahead of now`);
  if (isMerged) parts.push("marks stand for several that fell together");
  if (reports > events.length)
    parts.push(`numbers and data versions are from ${count(events.length)} of ${count(reports)}`);
  return `${parts.join("; ")}.`;
}

/** Rounded to two decimals. */
function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}

interface PlacedMark {
  readonly latest: TimelineMark;
  readonly events: number;
  readonly state: State | undefined;
  /** The position, in percent of a lane. */
  readonly at: number;
}

/** Marks in the order of time. Those with the same position and state become one. */
function merge(marks: readonly TimelineMark[], positionOf: (time: number) => number): readonly PlacedMark[] {
  const placed = new Map<string, PlacedMark>();
  for (const mark of marks) {
    const { passed, severity } = mark;
    const state = passed === null ? undefined : stateOf({ passed, severity: severity ?? "ERROR" });
    const at = positionOf(mark.timestamp);
    const before = placed.get(`${at} ${state}`);
    placed.set(`${at} ${state}`, { latest: mark, events: mark.events + (before?.events ?? 0), state, at });
  }
  return [...placed.values()];
}

function shown(text: string): string {
  const { text: start, isCut } = pageBudget().cut(text, 60, visibleName);
  return isCut ? `${start}…` : start;
}

function Mark({ mark: { latest, events, state, at } }: { readonly mark: PlacedMark }) {
  const { type, checkName } = latest;
  const what = type === "ASSET_CHECK_EVALUATION" ? `${shown(checkName ?? "")} ${state}` : kindWords[type];
  const partition = latest.partition === null ? "" : `, partition ${shown(latest.partition)}`;
  const others = events > 1 ? `, the last of ${events.toLocaleString("en")}` : "";
  // The style sheet sets the height, because there are hundreds of marks.
  return (
    <rect class={state ?? "built"} x={`${at}%`}>
      <title>{`${exactTime(latest.timestamp).replace(/:\d\d UTC$/, " UTC")}: ${what}${partition}${others}`}</title>
    </rect>
  );
}
