/** @jsxImportSource hono/jsx */
import type { TimelineMark } from "../../../storage/index.ts";
import { ago, exactTime } from "../browser/ago.js";
import { kindWords } from "../events/event-table.tsx";
import { withQuery } from "../page-query.ts";
import { type State, stateOf } from "../parts/state.tsx";
import { pageBudget } from "../values/page-budget.ts";
import { visibleName } from "../values/visible-text.ts";
import { countOf, type History, type RangeName, ranges } from "./asset-history.ts";

const lanes = [
  { name: "materialized", type: "ASSET_MATERIALIZATION" },
  { name: "observed", type: "ASSET_OBSERVATION" },
  { name: "checked", type: "ASSET_CHECK_EVALUATION" },
] as const;

const laneHeight = 22;
/** Events of a lane that are each drawn where they happened, unless they fall on the same pixel. */
const mostExact = 300;
/** Of more events, all that happened in one of so many equal spans are one mark, as wide as the span. */
const spans = 300;
/** In percent of a lane: what its marks are on, within a margin of 1 on each side. */
const drawn = 98;
/** In percent, about a pixel of a wide screen. */
const pixel = 0.05;

interface TimelineProps {
  readonly history: History;
  readonly now: number;
  /** The address of the same page, whose range the links change. */
  readonly url: string;
  /** Of events of all times. */
  readonly total: number;
}

/** When an asset's events happened, a lane for each kind, from the beginning of a range to now or to what is ahead. */
export function Timeline({ history, now, url, total }: TimelineProps) {
  const { marks, since, first } = history;
  const start = since ?? first ?? now;
  const end = Math.max(now, marks.at(-1)?.timestamp ?? now);
  const isAhead = end > now;
  const shareOf = (time: number) => (time - start) / Math.max(1, end - start);
  const placeOf = (time: number) => round(Math.round((1 + shareOf(time) * drawn) / pixel) * pixel);
  const spanOf = (time: number) => round(1 + (Math.min(spans - 1, Math.floor(shareOf(time) * spans)) / spans) * drawn);
  const shown = lanes
    .map(({ name, type }) => {
      const ofLane = marks.filter((mark) => mark.type === type);
      const events = countOf(ofLane);
      const isDense = events > mostExact;
      return { name, events, isDense, marks: together(ofLane, isDense ? spanOf : placeOf) };
    })
    .filter((lane) => lane.events > 0);
  const isMerged = shown.some((lane) => lane.marks.length < lane.events);
  const Now = () => <line class="now" x1={`${placeOf(now)}%`} x2={`${placeOf(now)}%`} y1="0" y2={laneHeight} />;
  return (
    <div class="timeline">
      <div class="ranges">
        <span class="soft">{coverage(history, total, isMerged)}</span>
        <nav aria-label="Range of time">
          {(Object.keys(ranges) as RangeName[]).map((name) => (
            <a
              href={withQuery(url, { range: name === "all" ? null : name, cells: null })}
              aria-current={name === history.range ? "true" : undefined}
            >
              {ranges[name].text}
            </a>
          ))}
        </nav>
      </div>
      <ol>
        {shown.map((lane) => {
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
                {isAhead && <Now />}
                {lane.marks.map((mark) => (
                  <Mark mark={mark} />
                ))}
              </svg>
            </li>
          );
        })}
      </ol>
      {shown.length > 0 && isAhead && (
        <svg class="now-label" height="14" width="100%" aria-hidden="true">
          <text x={`${placeOf(now)}%`} y="11" text-anchor={placeOf(now) > 90 ? "end" : "middle"}>
            now
          </text>
        </svg>
      )}
      {shown.length > 0 && (
        <p class="axis">
          <span>{exactTime(start)}</span>
          <span>{isAhead ? ago(end, now) : "now"}</span>
        </p>
      )}
    </div>
  );
}

/** What is drawn, of how much. */
function coverage(history: History, total: number, isMerged: boolean): string {
  const { range, total: found, isSample, events, reports } = history;
  const count = (number: number) => number.toLocaleString("en");
  const { words } = ranges[range];
  if (found === 0) return `No events ${words}: ${count(total)} before.`;
  if (total === 1) return "1 event.";
  const all =
    range === "all" ? `All ${count(total)} events` : `${count(found)} of ${count(total)} events, those ${words}`;
  const parts = [
    isSample ? `A sample of ${count(found)} events ${words || `of all ${count(total)}`}, evenly spread` : all,
  ];
  if (isMerged) parts.push("marks stand for several that fell together");
  if (reports > events.length)
    parts.push(`numbers and data versions are from ${count(events.length)} of ${count(reports)}`);
  return `${parts.join("; ")}.`;
}

/** Without the digits that halves of numbers bring. */
function round(percent: number): number {
  return Math.round(percent * 100) / 100;
}

interface PlacedMark {
  readonly latest: TimelineMark;
  readonly events: number;
  readonly state: State | undefined;
  /** In percent. */
  readonly place: number;
}

/** Marks in the order of time, those as one that would be drawn over one another. */
function together(marks: readonly TimelineMark[], placeOf: (time: number) => number): readonly PlacedMark[] {
  const placed = new Map<string, PlacedMark>();
  for (const mark of marks) {
    const { passed, severity } = mark;
    const state = passed === null ? undefined : stateOf({ passed, severity: severity ?? "ERROR" });
    const place = placeOf(mark.timestamp);
    const before = placed.get(`${place} ${state}`);
    placed.set(`${place} ${state}`, { latest: mark, events: mark.events + (before?.events ?? 0), state, place });
  }
  return [...placed.values()];
}

function shown(text: string): string {
  const { text: start, isCut } = pageBudget().cut(text, 60, visibleName);
  return isCut ? `${start}…` : start;
}

function Mark({ mark: { latest, events, state, place } }: { readonly mark: PlacedMark }) {
  const { type, checkName } = latest;
  const what = type === "ASSET_CHECK_EVALUATION" ? `${shown(checkName ?? "")} ${state}` : kindWords[type];
  const partition = latest.partition === null ? "" : `, partition ${shown(latest.partition)}`;
  const others = events > 1 ? `, the last of ${events.toLocaleString("en")}` : "";
  // The style sheet says how high it is: there are hundreds.
  return (
    <rect class={state ?? "built"} x={`${place}%`}>
      <title>{`${exactTime(latest.timestamp).replace(/:\d\d UTC$/, " UTC")}: ${what}${partition}${others}`}</title>
    </rect>
  );
}
