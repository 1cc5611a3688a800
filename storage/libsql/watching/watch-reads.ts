import type { Client, InValue, Row } from "@libsql/client";
import { inBatches } from "../../../core/batches.ts";
import type { AssetCheckSeverity, AssetKey } from "../../../core/index.ts";
import type { DefinitionStore } from "../../definitions/definition-store.ts";
import type { LogSlice, Sweep, WatchReads } from "../../watching/watch-plan.ts";
import type { ReadSteps } from "../read/read-steps.ts";
import { kinds } from "../write/event-row.ts";
import { decodeKey, decodeNullable, decodeText, encodeKey, keyRange } from "../write/sortable-text.ts";
import { scopes } from "../write/summaries.ts";
import { isReported, isVisible } from "../write/wiped-partition.ts";
import { nameRows, numberOf, subjectColumns, watchedRow } from "./watched-rows.ts";

/** The reads of a step that other parts of the database answer. */
type OtherReads = Pick<DefinitionStore, "definitionsFor" | "list"> & Pick<WatchReads, "waitFacts">;

/** How many names one statement looks up. */
const namesPerStep = 1000;

/** The reads of a step. Each is one statement, or a few in turns of their own. */
export function createWatchReads(steps: () => ReadSteps, others: OtherReads): WatchReads {
  const select = async (sql: string, args: InValue[]): Promise<readonly Row[]> =>
    (await steps().step((client: Client) => client.execute({ sql, args }))).rows;
  const selectFor = <Item>(sql: string, items: readonly Item[], json: (part: readonly Item[]) => string) =>
    inBatches(items, namesPerStep, (some) => select(sql, [json(some)]));

  return {
    ...others,
    head: async () => {
      const [row] = await select(selectHead, []);
      return {
        fence: Number(row?.fence),
        beat: Number(row?.beat),
        cursor: numberOf(row?.cursor),
        revision: Number(row?.revision),
        sweep: row?.sweep == null ? null : (JSON.parse(String(row.sweep)) as Sweep), // as write-plan.ts wrote it
        newestId: Number(row?.newest_id ?? 0),
        definitionRevision: Number(row?.definition_revision),
        hasSubjects: row?.has_subjects === 1,
      };
    },
    slice: async (after, limit) => {
      const [row] = await select(selectSlice, [after, limit]);
      return sliceOf(row, after, limit);
    },
    due: async (now, limit) => (await select(selectDue, [now, limit])).map(watchedRow),
    rows: async (names) => (await selectFor(selectRows, names, nameRows)).map(watchedRow),
    rowsOf: async (keys) => (await selectFor(selectRowsOf, keys, keyJson)).map(watchedRow),
    watchedKeys: async (after, limit) => keyPage(await select(selectWatchedKeys, [after ?? "", limit + 1]), limit),
    assetKeys: async (prefix, after, limit) => {
      const { from, to } = keyRange(prefix);
      return keyPage(await select(selectAssetKeys, [from, to, after ?? "", limit + 1]), limit);
    },
    firstReceipts: async (keys) => {
      const rows = await selectFor(selectFirstReceipts, keys, keyJson);
      const found = new Map(rows.map((row) => [String(row.name), numberOf(row.received_at)]));
      return keys.map((key) => found.get(encodeKey(key)) ?? null);
    },
    firingChecks: async (keys) => (await selectFor(selectFiringChecks, keys, keyJson)).map(checkOf),
    failingChecks: async (after, limit) => {
      const page = keyPage(await select(selectKeys, [after ?? "", limit + 1]), limit);
      const failing = await selectFor(selectFailing, page.keys, keyJson);
      const firing = await selectFor(selectFiringChecks, page.keys, keyJson);
      return { checks: [...failing, ...firing].map(checkOf), after: page.after, hasMore: page.hasMore };
    },
  };
}

function keyJson(keys: readonly AssetKey[]): string {
  return JSON.stringify(keys.map(encodeKey));
}

/** A page of keys. One row more than the limit means that there are more. */
function keyPage(rows: readonly Row[], limit: number) {
  const found = rows.slice(0, limit).map(({ name }) => String(name));
  return { keys: found.map(decodeKey), after: found.at(-1) ?? null, hasMore: rows.length > limit };
}

function checkOf(row: Row) {
  return {
    assetKey: decodeKey(String(row.name)),
    partition: decodeNullable(row.partition),
    checkName: decodeText(String(row.check_name)),
    severity: String(row.severity) as AssetCheckSeverity, // only encodeEvent and write-plan.ts write it
  };
}

type Counted = readonly [name: string, kind: number, partition: string | null, at: number];
type Evaluated = readonly [string, string, string | null, id: number, at: number, late: number];

function sliceOf(row: Row | undefined, after: number, limit: number): LogSlice {
  // The three are written by selectSlice.
  const counted = JSON.parse(String(row?.counted ?? "[]")) as readonly Counted[];
  const evaluated = JSON.parse(String(row?.evaluated ?? "[]")) as readonly Evaluated[];
  const wiped = JSON.parse(String(row?.wiped ?? "[]")) as readonly (readonly [string, string])[];
  return {
    upTo: Number(row?.up_to ?? after),
    hasMore: Number(row?.events ?? 0) === limit,
    counted: counted.map(([name, kind, partition, at]) => ({
      assetKey: decodeKey(name),
      partition: decodeNullable(partition),
      type: kind === kinds.ASSET_MATERIALIZATION ? "materialization" : "observation",
      at,
    })),
    evaluated: evaluated.map(([name, checkName, partition, id, at, late]) => ({
      assetKey: decodeKey(name),
      partition: decodeNullable(partition),
      checkName: decodeText(checkName),
      ...{ id, at, late },
    })),
    wiped: wiped.map(([name, what]) => ({ assetKey: decodeKey(name), isWhole: what === "asset" })),
  };
}

const selectHead = `
  SELECT watcher.fence, watcher.beat, watcher.cursor, watcher.revision, watcher.sweep,
    (SELECT id FROM event ORDER BY id DESC LIMIT 1) AS newest_id,
    (SELECT revision FROM definition_state) AS definition_revision,
    (SELECT subjects FROM definition_state) > 0 OR EXISTS (SELECT 1 FROM subject) AS has_subjects
  FROM watcher`;

// SQLite sums the events up: as rows they would cost a hundred times as much.
const selectSlice = `
  WITH slice AS MATERIALIZED (
    SELECT event.id, event.asset_id, event.kind, event.partition, event.check_name, event.timestamp, event.received_at,
      ${isVisible("event")} AS is_visible,
      iif(event.kind = ${kinds.ASSET_WIPED}, event.details ->> '$.metadata.what.raw_value', NULL) AS what
    FROM event WHERE event.id > ?1 ORDER BY event.id LIMIT ?2
  )
  SELECT (SELECT count(*) FROM slice) AS events, (SELECT max(id) FROM slice) AS up_to, (
    SELECT json_group_array(json_array(name, kind, partition, at)) FROM (
      SELECT asset.key AS name, slice.kind, slice.partition, max(min(slice.timestamp, slice.received_at)) AS at
      FROM slice CROSS JOIN asset ON asset.id = slice.asset_id
      WHERE slice.is_visible AND slice.kind IN (${kinds.ASSET_MATERIALIZATION}, ${kinds.ASSET_OBSERVATION})
      GROUP BY 1, 2, 3 ORDER BY max(slice.id)
    )
  ) AS counted, (
    SELECT json_group_array(json_array(name, check_name, partition, id, at, late)) FROM (
      SELECT asset.key AS name, slice.check_name, slice.partition, max(slice.id) AS id,
        min(slice.timestamp, slice.received_at) AS at, slice.received_at - slice.timestamp AS late
      FROM slice CROSS JOIN asset ON asset.id = slice.asset_id
      WHERE slice.is_visible AND slice.kind = ${kinds.ASSET_CHECK_EVALUATION} GROUP BY 1, 2, 3
      ORDER BY 4
    )
  ) AS evaluated, (
    SELECT json_group_array(json_array(asset.key, slice.what))
    FROM slice CROSS JOIN asset ON asset.id = slice.asset_id WHERE slice.kind = ${kinds.ASSET_WIPED}
  ) AS wiped`;

const selectDue = `
  SELECT ${subjectColumns} FROM subject WHERE subject.next_at <= ?1
  ORDER BY subject.next_at, subject.name, subject.partition LIMIT ?2`;

const selectRows = `
  SELECT ${subjectColumns} FROM json_each(?1) AS named
  CROSS JOIN subject ON subject.name = named.value ->> 0 AND subject.partition = ifnull(named.value ->> 1, x'')`;

const selectRowsOf = `
  SELECT ${subjectColumns} FROM json_each(?1) AS named CROSS JOIN subject ON subject.name = named.value`;

const selectWatchedKeys = "SELECT DISTINCT name FROM subject WHERE name > ?1 ORDER BY name LIMIT ?2";

const hasEvents = "EXISTS (SELECT 1 FROM summary WHERE summary.asset_id = asset.id)";
const selectAssetKeys = `
  SELECT asset.key AS name FROM asset
  WHERE asset.key >= ?1 AND asset.key < ?2 AND asset.key > ?3 AND ${hasEvents} ORDER BY asset.key LIMIT ?4`;
const selectKeys = "SELECT asset.key AS name FROM asset WHERE asset.key > ?1 ORDER BY asset.key LIMIT ?2";

const selectFirstReceipts = `
  SELECT named.value AS name, (
    SELECT event.received_at FROM asset CROSS JOIN event ON event.asset_id = asset.id
    WHERE asset.key = named.value AND ${isReported("event")} AND ${isVisible("event")} ORDER BY event.id LIMIT 1
  ) AS received_at
  FROM json_each(?1) AS named`;

const checkColumns = (table: string) => `${table}.check_name, nullif(${table}.partition, x'') AS partition`;
const selectFiringChecks = `
  SELECT alert.name, alert.severity, ${checkColumns("alert")} FROM json_each(?1) AS named
  CROSS JOIN alert ON alert.name = named.value AND alert.kind = 'check' AND alert.resolved_at IS NULL`;

const selectFailing = `
  SELECT named.value AS name, event.severity, ${checkColumns("summary")} FROM json_each(?1) AS named
  CROSS JOIN asset ON asset.key = named.value
  CROSS JOIN summary ON summary.asset_id = asset.id AND summary.scope = ${scopes.checkPartition}
  CROSS JOIN event ON event.id = summary.event_id WHERE event.passed = 0`;
