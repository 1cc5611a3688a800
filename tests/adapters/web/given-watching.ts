import { type AssetKey, formatAssetKey, hasPrefix, parseAssetKey } from "../../../core/index.ts";
import type { Alert, AssetFreshness, ListRequest, Mute, Subject, WatchStore } from "../../../storage/index.ts";
import { hour, noon } from "./site.ts";

/** What is watched, as a test wants it: the state of the pages must not depend on how it came to be. */
export interface Given {
  readonly freshness?: readonly AssetFreshness[];
  /** Those of partitions; an asset without partitions is a subject by itself. */
  readonly subjects?: readonly Subject[];
  readonly alerts?: readonly Alert[];
  readonly mutes?: readonly Mute[];
}

export interface GivenWatching extends WatchStore {
  /** What was changed by the pages. */
  readonly changes: readonly unknown[];
}

/** A store of what is given. It judges nothing. */
export function givenWatching({ freshness = [], subjects, alerts = [], mutes = [] }: Given): GivenWatching {
  const changes: unknown[] = [];
  const of = (key: AssetKey) => freshness.find(({ assetKey }) => formatAssetKey(assetKey) === formatAssetKey(key));
  const all =
    subjects ?? freshness.filter(({ partitions }) => partitions === null).map((one) => ({ ...one, partition: null }));
  const firing = alerts.filter(({ status }) => status === "firing");
  const unasked = () => Promise.reject(new Error("Pages do not ask this."));
  return {
    changes,
    freshnessOf: async (keys) => keys.map(of),
    partitionsOf: async (key, partitions) =>
      new Map(
        all.flatMap((subject) => {
          const { assetKey, partition } = subject;
          const isAsked = partition !== null && partitions.includes(partition);
          return isAsked && formatAssetKey(assetKey) === formatAssetKey(key) ? [[partition, subject]] : [];
        }),
      ),
    subjects: async ({ prefix = [], state }, page) => {
      const found = all.filter(
        (one) => hasPrefix(one.assetKey, prefix) && (state === undefined || one.state === state),
      );
      const { items, ...rest } = pageOf(found, page);
      return { subjects: items, ...rest };
    },
    counts: async () => ({
      subjects: { PASS: 0, WARN: 0, FAIL: 0, UNKNOWN: 0 },
      firing: (["freshness", "check"] as const).flatMap((kind) =>
        (["ERROR", "WARN"] as const).map((severity) => ({
          kind,
          severity,
          count: firing.filter((alert) => alert.kind === kind && alert.severity === severity).length,
        })),
      ),
    }),
    alerts: async ({ status, kind, prefix = [], assetKey }, page) => {
      const found = alerts.filter(
        (alert) =>
          (status === undefined || alert.status === status) &&
          (kind === undefined || alert.kind === kind) &&
          hasPrefix(alert.assetKey, prefix) &&
          (assetKey === undefined || formatAssetKey(alert.assetKey) === formatAssetKey(assetKey)),
      );
      const { items, ...rest } = pageOf(found, page);
      return { alerts: items, ...rest };
    },
    alert: async (id) => alerts.find((alert) => alert.id === id),
    mutes: async () => mutes,
    mute: async (...mute) => void changes.push(["mute", ...mute]),
    unmute: async (name) => {
      changes.push(["unmute", name]);
      return mutes.some((mute) => JSON.stringify(mute.name) === JSON.stringify(name));
    },
    closeAlert: async (id) => {
      changes.push(["close", id]);
      return alerts.find((alert) => alert.id === id);
    },
    lease: unasked,
    takeLease: unasked,
    releaseLease: unasked,
    step: unasked,
  };
}

function pageOf<Item>(all: readonly Item[], { limit, cursor = "0" }: ListRequest) {
  const end = Number(cursor) + limit;
  return {
    items: all.slice(Number(cursor), end),
    cursor: end < all.length ? String(end) : null,
    hasMore: end < all.length,
  };
}

/** An alert: that an asset is late for two hours, unless it says otherwise. */
export function alertOf(key: string, fields: Partial<Alert> = {}): Alert {
  return {
    id: 1,
    kind: "freshness",
    status: "firing",
    severity: "ERROR",
    assetKey: parseAssetKey(key) ?? [],
    partition: null,
    checkName: null,
    since: noon - 2 * hour,
    resolvedAt: null,
    eventId: null,
    reason: "deadline",
    mutedUntil: null,
    tellAt: null,
    owners: [],
    group: null,
    tags: {},
    ...fields,
  };
}

/** The freshness of an asset without partitions: on time, unless it says otherwise. */
export function freshnessOf(key: string, fields: Partial<AssetFreshness> = {}): AssetFreshness {
  return {
    assetKey: parseAssetKey(key) ?? [],
    state: "PASS",
    since: noon - 3 * hour,
    lastAt: noon - 3 * hour,
    deadline: noon + hour,
    nextAt: noon + hour,
    definedAt: null,
    partitions: null,
    ...fields,
  };
}
