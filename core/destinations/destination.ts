import type { AssetKey } from "../asset-key.ts";
import type { RecordedEventType } from "../events/events.ts";

export const destinationTypes = ["webhook", "slack", "pagerduty", "email", "apprise", "heartbeat", "dagster"] as const;
export type DestinationType = (typeof destinationTypes)[number];

/**
 * What an alert must be for a destination to be told that it fires: freshness that is FAIL or WARN, a failed check with the
 * severity ERROR or WARN. `failed` is of materializations that failed.
 */
export const alertTriggers = ["fail", "warn", "check_failed", "check_warned", "failed"] as const;
export type AlertTrigger = (typeof alertTriggers)[number];

/** Which assets a destination is told of. All conditions must hold. */
export interface DestinationFilter {
  readonly assetKey?: AssetKey | undefined;
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | undefined;
  /** One of these owners, as the definition has them. */
  readonly owners?: readonly string[] | undefined;
  readonly group?: string | undefined;
  /** All of these, as the definition has them. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** The settings that only some types have. Secrets are in place of their `${…}`: none of it may be shown or stored. */
export type DestinationTarget =
  | { readonly type: "webhook"; readonly url: string; readonly secrets: readonly string[] }
  | { readonly type: "slack"; readonly url: string }
  | { readonly type: "pagerduty"; readonly routingKey: string; readonly url: string }
  | { readonly type: "email"; readonly smtp: string; readonly from: string; readonly to: readonly string[] }
  | { readonly type: "apprise"; readonly url: string; readonly urls: readonly string[]; readonly tag: string | null }
  | { readonly type: "heartbeat"; readonly url: string }
  | {
      readonly type: "dagster";
      readonly url: string;
      readonly token: string | null;
      readonly headers: Readonly<Record<string, string>>;
      readonly lanes: number;
    };

/** One entry of the operator's file. Times are milliseconds. */
export interface Destination {
  /** What cursors and deliveries are kept under: a renamed destination is a new one. */
  readonly name: string;
  readonly target: DestinationTarget;
  readonly events: readonly RecordedEventType[];
  readonly alerts: readonly AlertTrigger[];
  readonly where: DestinationFilter;
  /** Of types that send several alerts as one message (slack, email, apprise): how long the first of them waits for others. */
  readonly groupWait: number;
  /** Of the same types: the least time between two messages. */
  readonly groupInterval: number;
  /** How often an alert that still fires is told again; null: never. */
  readonly repeat: number | null;
  /** Where a destination that is new begins: after the newest event, before the first one, or after an id. */
  readonly from: "now" | "start" | number;
  /** Whether requests may go to private addresses, by http too. */
  readonly allowPrivate: boolean;
}
