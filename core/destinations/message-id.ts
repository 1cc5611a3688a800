import type { AssetKey } from "../asset-key.ts";
import type { RecordedEventType } from "../events/events.ts";
import type { MessageType } from "./delivery.ts";

const types: Readonly<Record<RecordedEventType, MessageType>> = {
  ASSET_MATERIALIZATION: "asset.materialized",
  ASSET_OBSERVATION: "asset.observed",
  ASSET_CHECK_EVALUATION: "asset.check_evaluated",
  ASSET_WIPED: "asset.wiped",
  FRESHNESS_STATE_CHANGE: "asset.freshness_changed",
};

/** The type of the message about an event. */
export function messageTypeOf(type: RecordedEventType): MessageType {
  return types[type];
}

/** What messages are ordered by: an event's asset, or the asset and partition of an alert (null: it has none). */
export function subjectOf(assetKey: AssetKey, partition?: string | null): string {
  return JSON.stringify(partition === undefined ? assetKey : [assetKey, partition]);
}

/** What a message is about, as far as its id goes. */
export type MessageOrigin =
  | { readonly eventId: number }
  /** An alert that fires is told again when its severity changes, but each severity only once. */
  | { readonly alertId: number; readonly transition: "firing"; readonly severity: "WARN" | "ERROR" }
  | { readonly alertId: number; readonly transition: "resolved" }
  /** `due` is the time of the reminder by its interval, not the clock: a server that takes over makes the same id. */
  | { readonly alertId: number; readonly transition: "reminder"; readonly due: number }
  /** Any other message, by what makes it the only one: `test:7`, `pruned:100-200`. */
  | { readonly name: string };

/**
 * The text whose hash is the id of a message. It is the same at every attempt and in every replay, unless the replay is to
 * have new ids: then `replay` names it.
 */
export function messageIdText(destination: string, origin: MessageOrigin, replay?: string): string {
  return JSON.stringify([destination, ...originParts(origin), ...(replay === undefined ? [] : ["replay", replay])]);
}

/** The texts of the ids under which a destination may have been told that an alert fires. */
export function firingIdTexts(destination: string, alertId: number): readonly string[] {
  const severities = ["WARN", "ERROR"] as const;
  return severities.map((severity) => messageIdText(destination, { alertId, transition: "firing", severity }));
}

function originParts(origin: MessageOrigin): readonly (string | number)[] {
  if ("eventId" in origin) return ["event", origin.eventId];
  if ("name" in origin) return ["other", origin.name];
  const parts = ["alert", origin.alertId, origin.transition];
  if (origin.transition === "firing") return [...parts, origin.severity];
  return origin.transition === "reminder" ? [...parts, origin.due] : parts;
}
