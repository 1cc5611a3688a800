import type { Client, InValue, Row } from "@libsql/client";
import type { FreshnessState } from "../../../core/freshness/index.ts";
import type { AssetCheckSeverity, AssetKey } from "../../../core/index.ts";
import { assetFreshness, type SubjectGroup } from "../../watching/asset-freshness.ts";
import type { WatchedRow } from "../../watching/watch-plan.ts";
import type {
  Alert,
  AlertFilter,
  AlertKind,
  AssetFreshness,
  Mute,
  SubjectFilter,
  WatchCounts,
  WatchLease,
} from "../../watching/watch-store.ts";
import type { Read } from "../definitions/read-definitions.ts";
import { decodeKey, decodeNullable, encodeKey, encodeText, keyRange } from "../write/sortable-text.ts";
import { alertColumns, alertOf } from "./alert-rows.ts";
import { numberOf, subjectColumns, watchedRow } from "./watched-rows.ts";

// Reads of subjects and alerts for the API and the pages. All answers are plain data, which can cross threads.

export async function readLease(client: Client): Promise<WatchLease> {
  const { rows } = await client.execute(selectLease);
  const [row] = rows;
  return {
    holder: row?.holder == null ? null : String(row.holder),
    fence: Number(row?.fence),
    beat: Number(row?.beat),
    evaluatedUntil: numberOf(row?.evaluated_until),
    settleUntil: numberOf(row?.settle_until),
    behind: Math.max(0, Number(row?.behind)),
    hasWork: row?.has_work === 1,
  };
}

/** The time at which the next subject is due. */
export async function readNextDue(client: Client): Promise<number | null> {
  const { rows } = await client.execute(selectNextDue);
  return numberOf(rows[0]?.next_at);
}

export async function readFreshness(
  read: Read,
  keys: readonly AssetKey[],
): Promise<readonly (AssetFreshness | undefined)[]> {
  const names = keys.map(encodeKey);
  const { rows } = await read((client) => client.execute({ sql: selectGroups, args: [JSON.stringify(names)] }));
  const groups = new Map<string, SubjectGroup[]>();
  for (const row of rows) {
    const group = groups.get(String(row.name));
    if (group === undefined) groups.set(String(row.name), [groupOf(row)]);
    else group.push(groupOf(row));
  }
  return keys.map((key, i) => assetFreshness(key, groups.get(names[i] ?? "") ?? []));
}

/** Subjects after a place, one more than `limit` where there are more. */
export async function readSubjects(
  read: Read,
  { prefix, state }: SubjectFilter,
  limit: number,
  from: readonly [name: string, partition: string | null] | undefined,
): Promise<readonly WatchedRow[]> {
  const range = prefix === undefined ? undefined : keyRange(prefix);
  const [name, partition] = from ?? ["", null];
  const args = [name, partition, range?.from ?? "", range?.to ?? null, limit + 1, state ?? null];
  const sql = state === undefined ? selectSubjects : selectSubjectsOfState;
  const { rows } = await read((client) => client.execute({ sql, args }));
  return rows.map(watchedRow);
}

export async function readPartitionSubjects(
  read: Read,
  key: AssetKey,
  partitions: readonly string[],
): Promise<readonly WatchedRow[]> {
  const args = [encodeKey(key), JSON.stringify(partitions.map(encodeText))];
  const { rows } = await read((client) => client.execute({ sql: selectPartitions, args }));
  return rows.map(watchedRow);
}

export async function readSubjectCounts(read: Read): Promise<WatchCounts["subjects"]> {
  const { rows } = await read((client) => client.execute(selectStateCounts));
  const found = new Map(rows.map(({ state, count }) => [String(state), Number(count)]));
  const count = (state: FreshnessState) => found.get(state) ?? 0;
  return { PASS: count("PASS"), WARN: count("WARN"), FAIL: count("FAIL"), UNKNOWN: count("UNKNOWN") };
}

export async function readFiringCounts(read: Read): Promise<WatchCounts["firing"]> {
  const { rows } = await read((client) => client.execute(selectAlertCounts));
  return rows.map(({ kind, severity, count }) => ({
    kind: String(kind) as AlertKind, // write-plan.ts wrote both
    severity: String(severity) as AssetCheckSeverity,
    count: Number(count),
  }));
}

/** Alerts before an id, one more than `limit` where there are more. */
export async function readAlerts(
  read: Read,
  filter: AlertFilter & { readonly id?: number | undefined },
  page: { readonly limit: number; readonly before: number | undefined; readonly now: number },
): Promise<readonly Alert[]> {
  const { status, kind, prefix, assetKey, id } = filter;
  const conditions: string[] = [];
  const args: InValue[] = [page.now, page.limit + 1];
  const add = (condition: (place: string) => string, value: InValue) => {
    args.push(value);
    conditions.push(condition(`?${args.length}`));
  };
  if (status === "firing") conditions.push("alert.resolved_at IS NULL");
  if (status === "resolved") conditions.push("alert.resolved_at IS NOT NULL");
  if (id !== undefined) add((place) => `alert.id = ${place}`, id);
  if (page.before !== undefined) add((place) => `alert.id < ${place}`, page.before);
  if (kind !== undefined) add((place) => `alert.kind = ${place}`, kind);
  if (assetKey !== undefined) add((place) => `alert.name = ${place}`, encodeKey(assetKey));
  if (prefix !== undefined) {
    const { from, to } = keyRange(prefix);
    add((place) => `alert.name >= ${place}`, from);
    add((place) => `alert.name < ${place}`, to);
  }
  const where = conditions.length === 0 ? "true" : conditions.join(" AND ");
  const { rows } = await read((client) => client.execute({ sql: selectAlerts(where), args }));
  return rows.map(alertOf);
}

export async function readMutes(read: Read, now: number): Promise<readonly Mute[]> {
  const { rows } = await read((client) => client.execute({ sql: selectMutes, args: [now] }));
  return rows.map(({ name, kind, until, muted_by: by }) => {
    const key = decodeKey(String(name));
    return {
      name: kind === 0 ? { assetKey: key } : { prefix: key },
      until: Number(until),
      by: decodeNullable(by),
    };
  });
}

function groupOf(row: Row): SubjectGroup {
  return {
    state: row.state as FreshnessState | null, // write-plan.ts wrote it
    isOfPartitions: row.is_of_partitions === 1,
    count: Number(row.count),
    since: Number(row.since),
    lastAt: numberOf(row.last_at),
    deadline: numberOf(row.deadline),
    nextAt: numberOf(row.next_at),
    definedAt: numberOf(row.defined_at),
  };
}

// There is work while the log is ahead: checks without a definition have alerts too.
const selectLease = `
  SELECT watcher.holder, watcher.fence, watcher.beat, watcher.settle_until,
    iif(EXISTS (SELECT 1 FROM subject), watcher.evaluated_until, NULL) AS evaluated_until,
    ifnull((SELECT id FROM event ORDER BY id DESC LIMIT 1), 0) - ifnull(watcher.cursor, 0) AS behind,
    watcher.sweep IS NOT NULL OR watcher.revision <> (SELECT revision FROM definition_state)
    OR (SELECT subjects FROM definition_state) > 0 OR EXISTS (SELECT 1 FROM subject)
    OR EXISTS (SELECT 1 FROM alert WHERE alert.resolved_at IS NULL)
    OR ifnull((SELECT id FROM event ORDER BY id DESC LIMIT 1), 0) > ifnull(watcher.cursor, 0) AS has_work
  FROM watcher`;

const selectNextDue = "SELECT min(next_at) AS next_at FROM subject WHERE next_at IS NOT NULL";

const selectGroups = `
  SELECT subject.name, subject.state, max(typeof(subject.partition) <> 'blob') AS is_of_partitions, count(*) AS count,
    min(subject.since) AS since, max(subject.last_at) AS last_at, min(subject.deadline) AS deadline,
    min(subject.next_at) AS next_at, min(subject.defined_at) AS defined_at
  FROM json_each(?1) AS named CROSS JOIN subject ON subject.name = named.value GROUP BY 1, 2`;

const isAfter =
  "(subject.name, subject.partition) > (?1, ifnull(?2, x'')) AND subject.name >= ?3 AND (?4 IS NULL OR subject.name < ?4)";
const selectSubjects = `
  SELECT ${subjectColumns} FROM subject WHERE ${isAfter} AND subject.state IS NOT NULL AND ?6 IS NULL
  ORDER BY subject.name, subject.partition LIMIT ?5`;
const selectSubjectsOfState = `
  SELECT ${subjectColumns} FROM subject WHERE subject.state = ?6 AND ${isAfter}
  ORDER BY subject.name, subject.partition LIMIT ?5`;

const selectPartitions = `
  SELECT ${subjectColumns} FROM json_each(?2) AS named
  CROSS JOIN subject ON subject.name = ?1 AND subject.partition = named.value`;

const selectStateCounts = "SELECT state, count(*) AS count FROM subject WHERE state IS NOT NULL GROUP BY state";
const selectAlertCounts =
  "SELECT kind, severity, count(*) AS count FROM alert WHERE resolved_at IS NULL GROUP BY kind, severity ORDER BY kind, severity";

const selectAlerts = (where: string) => `
  SELECT alert.id, ${alertColumns("alert")} FROM alert WHERE ${where} ORDER BY alert.id DESC LIMIT ?2`;

const selectMutes = "SELECT name, kind, until, muted_by FROM mute WHERE until > ?1 ORDER BY name, kind";
