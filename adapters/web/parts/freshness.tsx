/** @jsxImportSource hono/jsx */
import type { FreshnessState } from "../../../core/freshness/index.ts";
import { timeZone } from "../../../core/freshness/time-zone.ts";
import { exactTime } from "../browser/ago.js";
import { StateIcon } from "./state.tsx";

/** A freshness state in words. */
export const freshnessWords: Readonly<Record<FreshnessState, string>> = {
  PASS: "on time",
  WARN: "late soon",
  FAIL: "late",
  UNKNOWN: "not due yet",
};

const looks = { PASS: "passed", WARN: "warned", FAIL: "failed", UNKNOWN: "unknown" } as const;

/** The freshness states, the worst first. */
export const worstFirst: readonly FreshnessState[] = ["FAIL", "WARN", "UNKNOWN", "PASS"];

/** A freshness state as a shape, a colour and a word. `count` stands before the word. */
export function FreshnessBadge({ state, count }: { readonly state: FreshnessState; readonly count?: number }) {
  const look = looks[state];
  return (
    <span class={`state ${look}`}>
      <StateIcon state={look} />
      {count !== undefined && `${count.toLocaleString("en")} `}
      <span class="word">{freshnessWords[state]}</span>
    </span>
  );
}

interface ZonedTimeProps {
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** An IANA name. */
  readonly zone: string;
}

/** A time in a zone, and in UTC where that is another. */
export function ZonedTime({ time, zone }: ZonedTimeProps) {
  const at = new Date(time).toISOString();
  const own = zonedText(time, zone);
  const utc = zonedText(time, "UTC");
  return (
    <time datetime={at} title={exactTime(time)}>
      {own === utc ? `${utc} UTC` : `${own} ${zone}`}
      {own !== utc && (
        <span class="soft">{` = ${utc.slice(0, 10) === own.slice(0, 10) ? utc.slice(11) : utc} UTC`}</span>
      )}
    </time>
  );
}

/** `2026-11-30 06:00` as clocks in the zone show it, with seconds where there are any. */
export function zonedText(time: number, zone: string): string {
  const offset = timeZone(zone)?.offsetAt(time) ?? 0;
  const text = new Date(time + offset).toISOString().replace("T", " ");
  return text.endsWith(":00.000Z") ? text.slice(0, 16) : text.slice(0, 19);
}
