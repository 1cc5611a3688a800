import type { AssetKey } from "../../core/index.ts";
import type { EventFilter } from "../../storage/event-log.ts";

export interface CallOptions {
  /** The call rejects with its reason. A report or a wipe under way may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReportOptions extends CallOptions {
  /** Scoped to the event's type and asset key. */
  readonly idempotencyKey?: string | undefined;
}

/** What narrows the events of an asset down. */
export interface AssetRecordsFilter extends Omit<EventFilter, "assetKey" | "prefix" | "type" | "checkName"> {
  readonly assetKey: AssetKey | string;
}

export interface AssetCheckRecordsFilter extends AssetRecordsFilter {
  readonly checkName?: string | undefined;
}

export interface FetchOptions extends CallOptions {
  /** Default: 100. */
  readonly limit?: number | undefined;
  /** From the last call with the same filter and order. */
  readonly cursor?: string | undefined;
  /** Oldest first. Default: newest first. */
  readonly ascending?: boolean | undefined;
}

export interface AssetKeysOptions extends CallOptions {
  /** The key itself and all below it. */
  readonly prefix?: AssetKey | string | undefined;
  readonly limit?: number | undefined;
  /** From the last call with the same prefix. */
  readonly cursor?: string | undefined;
}
