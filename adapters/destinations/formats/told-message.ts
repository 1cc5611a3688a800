import type { MessageType } from "../../../core/destinations/delivery.ts";
import { changeSentence } from "../../../core/events/freshness-change.ts";
import { type AssetKey, formatAssetKey, type RecordedEvent } from "../../../core/index.ts";
import type { Alert } from "../../../storage/index.ts";
import { reasonText } from "../../web/alerts/alert-words.ts";
import { assetPath } from "../../web/parts/asset-path.ts";
import { utcTime, visibleText } from "./visible-text.ts";

/** What a message tells: a delivery with the alert or event that it is about. */
export interface ToldMessage {
  readonly type: MessageType;
  /** As it was when the message was queued. */
  readonly alert?: Alert | undefined;
  readonly event?: RecordedEvent | undefined;
  /** Of a message that is about neither. `count` of events.pruned says how many events were deleted. */
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/** From best to worst. */
export const levels = ["told", "resolved", "warned", "failed"] as const;
export type Level = (typeof levels)[number];

/** A message in words. The texts are not escaped, nor cut. */
export interface Statement {
  readonly level: Level;
  /** What it is about: a key, with its partition. Null: nothing alone. */
  readonly name: string | null;
  /** With the name: `warehouse/orders is late`. */
  readonly title: string;
  readonly reason: string | null;
  readonly time: StatedTime | null;
  readonly owners: readonly string[];
  /** The page about it; null where nobody said under which address the server is reached. */
  readonly url: string | null;
}

/** When an event happened, since when an alert fires, or from when until when it did. In milliseconds since 1970 UTC. */
export type StatedTime =
  | { readonly at: number }
  | { readonly since: number }
  | { readonly from: number; readonly until: number };

/** Some services refuse longer links. */
const longestUrl = 250;
/** In a title, so that what happened is not cut off. */
const longestName = 120;

/** Says a message in words. `baseUrl` is the address under which people reach the server. */
export function stateMessage({ type, alert, event, content }: ToldMessage, baseUrl: string | null): Statement {
  if (alert !== undefined) return stateAlert(type, alert, baseUrl);
  if (event !== undefined) return stateEvent(event, baseUrl);
  const rest = {
    level: "told",
    name: null,
    reason: null,
    time: null,
    owners: [],
    url: pageUrl(baseUrl, "/"),
  } as const;
  if (type !== "events.pruned") return { ...rest, title: "This is a test of runless" };
  const events = typeof content?.count === "number" ? eventCount(content.count) : "Events were";
  return {
    ...rest,
    level: "warned",
    title: `${events} deleted before this destination was told`,
    reason: "It was too far behind, and retention deleted them.",
  };
}

/** The address of a page; of the first page of its kind if it is too long for a link. */
export function pageUrl(baseUrl: string | null, path: string, short = "/"): string | null {
  if (baseUrl === null) return null;
  const start = baseUrl.replace(/\/+$/, "");
  return start.length + path.length > longestUrl ? `${start}${short}` : `${start}${path}`;
}

function stateAlert(type: MessageType, alert: Alert, baseUrl: string | null): Statement {
  const { kind, severity, status, assetKey, partition, checkName, since, resolvedAt, eventId, owners } = alert;
  const isOver = type === "alert.resolved";
  const isWarning = severity === "WARN";
  const still = type === "alert.reminder" ? "still " : "";
  const short = shortName(assetKey, partition);
  const subject = kind === "check" ? `check ${visibleText(checkName ?? "", longestName)} of ${short}` : short;
  const now =
    kind === "check" ? `${still}${isWarning ? "warns" : "fails"}` : `is ${still}${isWarning ? "late soon" : "late"}`;
  const before = kind === "check" ? (isWarning ? "warned" : "failed") : "was late";
  return {
    level: isOver ? "resolved" : severity === "WARN" ? "warned" : "failed",
    name: nameOf(assetKey, partition),
    title: isOver ? `Resolved: ${subject} ${before}` : `${subject} ${now}`,
    reason: reasonText({ reason: alert.reason, status: isOver ? "resolved" : status }),
    time: isOver && resolvedAt !== null ? { from: since, until: resolvedAt } : { since },
    owners,
    url: pageUrl(baseUrl, eventId === null ? assetPath(assetKey) : `/events/${eventId}`, "/alerts"),
  };
}

const eventVerbs = {
  ASSET_MATERIALIZATION: "was materialized",
  ASSET_OBSERVATION: "was observed",
  ASSET_WIPED: "was wiped",
} as const;

function stateEvent(event: RecordedEvent, baseUrl: string | null): Statement {
  const name = nameOf(event.assetKey, event.partition);
  const short = shortName(event.assetKey, event.partition);
  const rest = { name, time: { at: event.timestamp }, owners: [], url: pageUrl(baseUrl, `/events/${event.id}`) };
  if (event.type === "ASSET_CHECK_EVALUATION") {
    const { passed, severity, checkName } = event;
    const level = passed ? "told" : severity === "WARN" ? "warned" : "failed";
    const verb = { told: "passed", warned: "warned", failed: "failed" }[level];
    return {
      ...rest,
      level,
      title: `check ${visibleText(checkName, longestName)} of ${short} ${verb}`,
      reason: event.description,
    };
  }
  if (event.type === "FRESHNESS_STATE_CHANGE") {
    const { state } = event.freshness;
    const level = state === "FAIL" ? "failed" : state === "WARN" ? "warned" : "told";
    return { ...rest, level, title: `${short}: ${changeSentence(event.freshness)}`, reason: null };
  }
  return { ...rest, level: "told", title: `${short} ${eventVerbs[event.type]}`, reason: event.description };
}

function shortName(assetKey: AssetKey, partition: string | null): string {
  return visibleText(nameOf(assetKey, partition), longestName);
}

/** The key, and the partition in brackets. */
function nameOf(assetKey: AssetKey, partition: string | null): string {
  const key = formatAssetKey(assetKey);
  return partition === null ? key : `${key} [${partition}]`;
}

function eventCount(count: number): string {
  return count === 1 ? "1 event was" : `${count} events were`;
}

/** A time in words; `format` writes the moments in it. Empty if there is none. */
export function timeWords(time: StatedTime | null, format: (milliseconds: number) => string): string {
  if (time === null) return "";
  if ("at" in time) return `at ${format(time.at)}`;
  return "since" in time ? `since ${format(time.since)}` : `from ${format(time.from)} to ${format(time.until)}`;
}

/** `since 2026-11-30 06:00 UTC, team:finance`: what is left to say in one line. */
export function detailsOf({ time, owners }: Statement, mostOwners = 5): string {
  const named = owners.slice(0, mostOwners).join(", ");
  const more = owners.length > mostOwners ? ` and ${owners.length - mostOwners} more` : "";
  return [timeWords(time, utcTime), `${named}${more}`].filter((part) => part !== "").join(", ");
}
