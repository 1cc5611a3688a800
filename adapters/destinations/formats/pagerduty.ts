import { createHash } from "node:crypto";
import type { Alert } from "../../../storage/index.ts";
import { type StatedTime, stateMessage, type ToldMessage } from "./told-message.ts";
import { visibleText } from "./visible-text.ts";

export interface PagerdutyEvent {
  readonly routing_key: string;
  readonly event_action: "trigger" | "resolve";
  readonly dedup_key: string;
  readonly client: "runless";
  readonly client_url?: string;
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: "error" | "warning" | "info";
    readonly timestamp?: string;
    readonly component?: string;
    readonly group?: string;
    readonly class?: string;
    readonly custom_details: Readonly<Record<string, unknown>>;
  };
}

const mostSummary = 1024;
const mostField = 255;
/** An event may have 512 KB; what people read of it is far less. */
const mostDetail = 1024;
const mostListed = 20;

const severities = { failed: "error", warned: "warning", resolved: "info", told: "info" } as const;

/**
 * An event of PagerDuty's Events API v2. What fires triggers, what was resolved resolves, both under the same `dedup_key`.
 */
export function pagerdutyEvent(message: ToldMessage, routingKey: string, baseUrl: string | null): PagerdutyEvent {
  const { alert, type } = message;
  const { level, title, name, reason, time, owners, url } = stateMessage(message, baseUrl);
  return {
    routing_key: routingKey,
    event_action: type === "alert.resolved" ? "resolve" : "trigger",
    dedup_key: dedupKey(message),
    client: "runless",
    ...(url !== null && { client_url: url, links: [{ href: url, text: "The page about it" }] }),
    payload: {
      summary: visibleText(title, mostSummary),
      source: visibleText(name ?? "runless", mostField),
      severity: severities[level],
      ...(time !== null && { timestamp: new Date(startOf(time)).toISOString() }),
      ...(name !== null && { component: visibleText(name, mostField) }),
      ...(alert !== undefined && { class: alert.kind }),
      ...(alert !== undefined && alert.group !== null && { group: visibleText(alert.group, mostField) }),
      custom_details: {
        ...(reason !== null && { reason: visibleText(reason, mostDetail) }),
        ...(owners.length > 0 && { owners: owners.slice(0, mostListed).map((owner) => visibleText(owner, mostField)) }),
        ...(alert !== undefined && alertDetails(alert)),
      },
    },
  };
}

function startOf(time: StatedTime): number {
  return "at" in time ? time.at : "since" in time ? time.since : time.from;
}

function alertDetails({ id, partition, checkName, tags }: Alert): Readonly<Record<string, unknown>> {
  const entries = Object.entries(tags).slice(0, mostListed);
  return {
    alert: id,
    ...(partition !== null && { partition: visibleText(partition, mostDetail) }),
    ...(checkName !== null && { check: visibleText(checkName, mostDetail) }),
    ...(entries.length > 0 && {
      tags: Object.fromEntries(
        entries.map(([name, value]) => [visibleText(name, mostField), visibleText(value, mostField)]),
      ),
    }),
  };
}

/**
 * One incident for each problem: an asset that is late, a check that fails, of a partition where there is one. A hash, since
 * keys may be longer than PagerDuty takes.
 */
function dedupKey({ type, alert, event, content }: ToldMessage): string {
  const parts =
    alert === undefined
      ? [type, event?.id ?? null, content ?? null]
      : [alert.kind, alert.assetKey, alert.partition, alert.checkName];
  return `runless-${createHash("sha256").update(JSON.stringify(parts)).digest("base64url")}`;
}
