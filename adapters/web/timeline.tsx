/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../core/index.ts";
import { exactTime } from "./browser/ago.js";
import { kindWords } from "./event-table.tsx";
import { pageBudget } from "./page-budget.ts";
import { type State, stateOf } from "./state.tsx";
import { visibleName } from "./visible-text.ts";

const lanes = [
  { name: "materialized", type: "ASSET_MATERIALIZATION" },
  { name: "observed", type: "ASSET_OBSERVATION" },
  { name: "checked", type: "ASSET_CHECK_EVALUATION" },
] as const;

const laneHeight = 22;
/** In percent of the lane, about what a mark takes of it: what falls together is one. */
const slot = 0.25;

interface TimelineProps {
  /** Newest first. */
  readonly events: readonly RecordedEvent[];
  readonly now: number;
}

/** When an asset's last events happened, a lane for each kind, from the oldest of them to now. */
export function Timeline({ events, now }: TimelineProps) {
  const start = events.reduce((first, { timestamp }) => Math.min(first, timestamp), Number.POSITIVE_INFINITY);
  const end = events.reduce((last, { timestamp }) => Math.max(last, timestamp), now);
  const place = (time: number) => Math.round((1 + ((time - start) / Math.max(1, end - start)) * 98) / slot) * slot;
  const shown = lanes
    .map((lane) => ({ ...lane, events: events.filter(({ type }) => type === lane.type) }))
    .filter((lane) => lane.events.length > 0);
  return (
    <div class="timeline">
      <ol>
        {shown.map((lane) => (
          <li>
            <span class="lane">
              {lane.name} <span class="soft">{lane.events.length}</span>
            </span>
            <svg height={laneHeight} width="100%" role="img" aria-label={`${lane.events.length} ${lane.name}`}>
              <line x1="0" x2="100%" y1={laneHeight - 0.5} y2={laneHeight - 0.5} />
              {marksOf(lane.events, place).map((mark) => (
                <Mark mark={mark} />
              ))}
            </svg>
          </li>
        ))}
      </ol>
      <p class="axis">
        <span>{exactTime(start)}</span>
        <span>now</span>
      </p>
    </div>
  );
}

interface MarkOfEvents {
  /** Newest first. */
  readonly events: RecordedEvent[];
  readonly state: State | undefined;
  /** In percent. */
  readonly place: number;
}

function marksOf(events: readonly RecordedEvent[], placeOf: (time: number) => number): readonly MarkOfEvents[] {
  const marks = new Map<string, MarkOfEvents>();
  for (const event of events) {
    const state = event.type === "ASSET_CHECK_EVALUATION" ? stateOf(event) : undefined;
    const place = placeOf(event.timestamp);
    const mark = marks.get(`${place} ${state}`);
    if (mark === undefined) marks.set(`${place} ${state}`, { events: [event], state, place });
    else mark.events.push(event);
  }
  return [...marks.values()];
}

function shown(text: string): string {
  const { text: start, isCut } = pageBudget().cut(text, 60, visibleName);
  return isCut ? `${start}…` : start;
}

const tops: Readonly<Record<State, number>> = { passed: 13, warned: 7, failed: 1 };

function Mark({ mark: { events, state, place } }: { readonly mark: MarkOfEvents }) {
  const [event] = events;
  if (event === undefined) return null;
  const what = event.type === "ASSET_CHECK_EVALUATION" ? `${shown(event.checkName)} ${state}` : kindWords[event.type];
  const partition = event.partition === null ? "" : `, partition ${shown(event.partition)}`;
  const others = events.length > 1 ? `, the last of ${events.length}` : "";
  // Failures reach higher than what passed, so that nobody needs to see their colour.
  const top = state === undefined ? (event.type === "ASSET_MATERIALIZATION" ? 4 : 10) : tops[state];
  return (
    <rect class={state ?? "built"} x={`${place}%`} y={top} width="2.5" height={laneHeight - 1 - top}>
      <title>{`${exactTime(event.timestamp).replace(/:\d\d UTC$/, " UTC")}: ${what}${partition}${others}`}</title>
    </rect>
  );
}
