import { type AssetKey, compareAssetKeys, formatAssetKey, hasPrefix } from "../../../../core/index.ts";
import type {
  Alert,
  AssetFreshness,
  ListRequest,
  Mute,
  MuteName,
  Subject,
  WatchStore,
} from "../../../../storage/index.ts";

/** What a stand-in holds. A test keeps it, and changes it as it likes. */
export interface Watched {
  readonly subjects: Subject[];
  readonly assets: AssetFreshness[];
  readonly alerts: Alert[];
  readonly mutes: Mute[];
}

export const at = Date.UTC(2026, 10, 23, 6);

export function subjectOf(key: string, fields: Partial<Subject> = {}): Subject {
  return {
    assetKey: key.split("/"),
    partition: null,
    state: "PASS",
    since: at,
    lastAt: at,
    deadline: at + 86_400_000,
    nextAt: at + 86_400_000,
    definedAt: at - 86_400_000,
    ...fields,
  };
}

export function freshnessOf(key: string, fields: Partial<AssetFreshness> = {}): AssetFreshness {
  const { partition, ...whole } = subjectOf(key);
  return { ...whole, partitions: null, ...fields };
}

export function alertOf(id: number, key: string, fields: Partial<Alert> = {}): Alert {
  return {
    id,
    kind: "freshness",
    status: "firing",
    severity: "ERROR",
    assetKey: key.split("/"),
    partition: null,
    checkName: null,
    since: at,
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

/**
 * A store that watches nothing by itself: it holds what a test puts there, so that the routes can be asked about any
 * state. The real ones pass tests/contracts.
 */
export function standInWatchStore(watched: Partial<Watched> = {}): WatchStore {
  const { subjects = [], assets = [], alerts = [], mutes = [] } = watched;
  const unasked = () => Promise.reject(new Error("No route asks for this."));
  const of = (name: MuteName) => formatAssetKey(name.assetKey ?? name.prefix) + (name.prefix === undefined);
  const pageOf = <Item>(items: readonly Item[], { limit, cursor }: ListRequest) => {
    const from = Number(cursor ?? 0);
    const hasMore = items.length > from + limit;
    return { items: items.slice(from, from + limit), cursor: hasMore ? String(from + limit) : null, hasMore };
  };
  const forget = (name: MuteName) => {
    const index = mutes.findIndex((mute) => of(mute.name) === of(name));
    if (index !== -1) mutes.splice(index, 1);
    return index !== -1;
  };
  const firing = async () => {
    const groups = Map.groupBy(
      alerts.filter(({ status }) => status === "firing"),
      ({ kind, severity }) => `${kind} ${severity}`,
    );
    return Array.from(groups.values(), (group) => {
      const [{ kind, severity } = alertOf(0, "none")] = group;
      return { kind, severity, count: group.length };
    });
  };
  const same = (one: AssetKey, other: AssetKey) => compareAssetKeys(one, other) === 0;
  return {
    lease: unasked,
    takeLease: unasked,
    releaseLease: unasked,
    step: unasked,
    freshnessOf: async (keys) => keys.map((key) => assets.find(({ assetKey }) => same(assetKey, key))),
    partitionsOf: async (key, partitions) =>
      new Map(
        subjects.flatMap((subject) =>
          same(subject.assetKey, key) && subject.partition !== null && partitions.includes(subject.partition)
            ? [[subject.partition, subject] as const]
            : [],
        ),
      ),
    subjects: async ({ prefix = [], state }, request) => {
      const found = subjects.filter((one) => hasPrefix(one.assetKey, prefix) && one.state === (state ?? one.state));
      const { items, ...page } = pageOf(found, request);
      return { subjects: items, ...page };
    },
    counts: async () => {
      const count = (state: Subject["state"]) => subjects.filter((one) => one.state === state).length;
      return {
        subjects: { PASS: count("PASS"), WARN: count("WARN"), FAIL: count("FAIL"), UNKNOWN: count("UNKNOWN") },
        firing: await firing(),
      };
    },
    firing,
    alerts: async ({ status, kind, prefix = [], assetKey }, request) => {
      const found = alerts.filter(
        (one) =>
          one.status === (status ?? one.status) &&
          one.kind === (kind ?? one.kind) &&
          hasPrefix(one.assetKey, prefix) &&
          (assetKey === undefined || same(one.assetKey, assetKey)),
      );
      const { items, ...page } = pageOf(found.reverse(), request);
      return { alerts: items, ...page };
    },
    alert: async (id) => alerts.find((alert) => alert.id === id),
    closeAlert: async (id) => {
      const index = alerts.findIndex((alert) => alert.id === id);
      const alert = alerts[index];
      if (alert?.status !== "firing") return alert;
      const closed: Alert = { ...alert, status: "resolved", reason: "closed", resolvedAt: at + 1 };
      alerts[index] = closed;
      return closed;
    },
    mute: async (name, until, by) => {
      forget(name);
      mutes.push({ name, until, by });
    },
    unmute: async (name) => forget(name),
    mutes: async () => mutes,
  };
}
