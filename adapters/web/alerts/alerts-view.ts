import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { Alert, Mute, WatchCounts } from "../../../storage/index.ts";
import { isMutedBy } from "../../../storage/watching/watch-store.ts";
import { mayDo } from "../../http/access/caller.ts";
import { assetKeyParameter } from "../../http/query-parameters.ts";
import type { PageContext } from "../page/page.tsx";
import type { PageWatching } from "../page/page-watching.ts";
import { givenValue, readFromCursor, readPageQuery } from "../parts/page-query.ts";

const alertsPerPage = 100;
/** How many firing alerts the page of an asset shows. */
const mostAlerts = 10;
/** How many mutes the page lists. */
const mostMutes = 100;

const schema = v.strictObject({
  status: v.optional(v.picklist(["resolved"], "resolved")),
  kind: v.optional(v.picklist(["freshness", "check"], "freshness or check")),
  prefix: v.optional(assetKeyParameter),
  cursor: v.optional(v.string()),
});

/** The content of the page of alerts. */
export interface AlertsView {
  readonly query: v.InferOutput<typeof schema>;
  /** The text of the prefix field. */
  readonly prefix: string | null;
  /** The errors of wrong parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
  /** Newest first. */
  readonly rows: readonly AlertRow[];
  readonly page: { readonly cursor: string | null; readonly hasMore: boolean };
  /** The cursor of this page; undefined for the first. */
  readonly cursor: string | undefined;
  /** How many alerts fire; undefined for a filtered page, and where the caller may not see all. */
  readonly counts: WatchCounts["firing"] | undefined;
  readonly mutes: readonly Mute[];
  readonly hasMoreMutes: boolean;
  /** Whether this server has a store for what is watched. */
  readonly isWatching: boolean;
  /** Whether any asset is defined. Without definitions nothing can be late. */
  readonly hasDefinitions: boolean;
  readonly isFiltered: boolean;
  /** Whether the caller may mute and close. */
  readonly mayChange: boolean;
  /** Whether the caller may see who is told. */
  readonly seesDestinations: boolean;
}

export interface AlertRow {
  readonly alert: Alert;
  /** Of the mutes that hold for it, the one that ends last. */
  readonly mute: Mute | undefined;
}

export async function readAlertsView({ url, watching, definitions, caller }: PageContext): Promise<AlertsView> {
  const asked = readPageQuery(url, schema);
  const { status = "firing", kind, prefix } = asked.query;
  const isFiltered = status !== "firing" || kind !== undefined || prefix !== undefined;
  const [{ found, cursor, wrong }, counts, mutes, hasDefinitions] = await Promise.all([
    readFromCursor(asked, asked.query.cursor, (cursor) =>
      watching.alerts({ status, kind, prefix }, { limit: alertsPerPage, cursor }),
    ),
    isFiltered ? undefined : watching.counts(),
    watching.mutes(),
    definitions.hasAny(),
  ]);
  return {
    query: asked.query,
    prefix: prefix === undefined ? givenValue(url, "prefix") : formatAssetKey(prefix),
    wrong,
    rows: found.alerts.map((alert) => ({ alert, mute: alert.mutedUntil === null ? undefined : muteOf(alert, mutes) })),
    page: found,
    cursor,
    counts,
    mutes: mutes.slice(0, mostMutes),
    hasMoreMutes: mutes.length > mostMutes,
    isWatching: watching.isStored,
    hasDefinitions,
    isFiltered,
    mayChange: mayDo(caller, "admin"),
    seesDestinations: mayDo(caller, "admin") && caller.prefix === null,
  };
}

function muteOf({ assetKey }: Alert, mutes: readonly Mute[]): Mute | undefined {
  return mutes.filter(({ name }) => isMutedBy(name, assetKey)).sort((a, b) => b.until - a.until)[0];
}

export interface AssetAlerts {
  readonly alerts: readonly Alert[];
  readonly hasMore: boolean;
}

/** The alerts that fire of an asset, newest first. */
export async function readAssetAlerts(watching: PageWatching, assetKey: AssetKey): Promise<AssetAlerts> {
  return watching.alerts({ status: "firing", assetKey }, { limit: mostAlerts });
}
