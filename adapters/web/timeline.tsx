/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../core/index.ts";
import { exactTime } from "./ago.tsx";
import { kindWords } from "./event-table.tsx";
import { type State, stateOf } from "./state.tsx";
import { cut } from "./user-text.tsx";

const lanes = [
  { name: "materialized", type: "ASSET_MATERIALIZATION" },
  { name: "observed", type: "ASSET_OBSERVATION" },
  { name: "checked", type: "ASSET_CHECK_EVALUATION" },
] as const;

const laneHeight = 22;

interface TimelineProps {
  /** Newest first. */
  readonly events: readonly RecordedEvent[];
  readonly now: number;
}

/** When an asset's last events happened, a lane for each kind, from the oldest of them to now. */
export function Timeline({ events, now }: TimelineProps) {
  const start = Math.min(...events.map(({ timestamp }) => timestamp));
  const end = Math.max(now, ...events.map(({ timestamp }) => timestamp));
  const place = (time: number) => (1 + ((time - start) / Math.max(1, end - start)) * 98).toFixed(2);
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
              {lane.events.map((event) => (
                <Mark event={event} x={place(event.timestamp)} />
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

const tops: Readonly<Record<State, number>> = { passed: 13, warned: 7, failed: 1 };

function Mark({ event, x }: { readonly event: RecordedEvent; readonly x: string }) {
  const state = event.type === "ASSET_CHECK_EVALUATION" ? stateOf(event) : undefined;
  const what = event.type === "ASSET_CHECK_EVALUATION" ? `${cut(event.checkName, 60)} ${state}` : kindWords[event.type];
  const partition = event.partition === null ? "" : `, partition ${cut(event.partition, 60)}`;
  // Failures reach higher than what passed, so that nobody needs to see their colour.
  const top = state === undefined ? (event.type === "ASSET_MATERIALIZATION" ? 4 : 10) : tops[state];
  return (
    <rect class={state ?? "built"} x={`${x}%`} y={top} width="2.5" height={laneHeight - 1 - top}>
      <title>{`${exactTime(event.timestamp)}: ${what}${partition}`}</title>
    </rect>
  );
}
