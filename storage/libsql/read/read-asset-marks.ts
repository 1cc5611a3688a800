import type { Value } from "@libsql/client";
import type { AssetFilter, AssetListRequest } from "../../event-log.ts";
import { scopes } from "../write/summaries.ts";
import { type FailingNames, readFailingNames } from "./check-states.ts";
import { type AssetPosition, checksPerPage, findAssets, pageOf } from "./find-assets.ts";
import { type AssetId, countPartitions, fewPartitions } from "./read-asset.ts";
import type { ListOfRows } from "./read-lists.ts";
import type { ReadSteps } from "./read-steps.ts";

/** How far a page of marks counts the checks of each asset, and the partitions of all together. */
const mostCounted = { checks: 10_000, partitions: 1_000_000 } as const;

/** What the summaries say of an asset, without its events. */
export interface AssetMarkRow extends FailingNames {
  readonly key: string;
  /** Events of each kind. */
  readonly materializations: number;
  readonly observations: number;
  readonly evaluations: number;
  readonly partitions: number;
  readonly hasMorePartitions: boolean;
  readonly checks: number;
  readonly hasMoreChecks: boolean;
  /** The id and timestamp of the latest of each kind. */
  readonly built: readonly [number, number] | null;
  readonly seen: readonly [number, number] | null;
  readonly dataVersion: string | null;
}

/** Marks of assets after the position `from`. */
export async function readAssetMarks(
  steps: ReadSteps,
  filter: AssetFilter,
  page: Pick<AssetListRequest, "limit" | "order">,
  from: AssetPosition | undefined,
): Promise<ListOfRows<AssetMarkRow, AssetPosition>> {
  const found = await findAssets(steps, filter, page, from);
  return pageOf(found, await markAssets(steps, found.assets));
}

/** Marks of the assets with these encoded keys, in their order. */
export async function readMarksOf(steps: ReadSteps, keys: readonly string[]): Promise<readonly AssetMarkRow[]> {
  const { rows: ids } = await steps.step((client) => client.execute({ sql: selectIds, args: [JSON.stringify(keys)] }));
  const assets = ids.map(({ id, key }) => ({ id: Number(id), key: String(key) }));
  const rows: AssetMarkRow[] = [];
  for (let start = 0; start < assets.length; ) {
    const part = await markAssets(steps, assets.slice(start));
    for (const row of part.rows) rows.push(row);
    start += part.count;
  }
  return rows;
}

/** Marks of the first `count` of these assets: of all, unless they have very many checks. */
async function markAssets(
  steps: ReadSteps,
  found: readonly AssetId[],
): Promise<{ readonly rows: readonly AssetMarkRow[]; readonly count: number }> {
  const ids = found.map(({ id }) => id);
  const { found: failing } = await readFailingNames(steps, ids, checksPerPage);
  const assets = found.slice(0, failing.length);
  const rows: AssetMarkRow[] = [];
  const versions: Version[] = [];
  let counted = 0;
  for (let start = 0; start < assets.length; start += assetsPerStep * steps.scale) {
    const part = assets.slice(start, start + assetsPerStep * steps.scale);
    for (const [i, { version, ...mark }] of (await readMarks(steps, part)).entries()) {
      if (mark.materializations + mark.observations + mark.evaluations === 0) continue; // wiped meanwhile
      const isMore = mark.partitions > fewPartitions;
      const isCounted = isMore && counted < mostCounted.partitions;
      const partitions = isCounted
        ? await countPartitions(steps, part[i]?.id ?? 0)
        : Math.min(mark.partitions, fewPartitions);
      counted += partitions;
      versions.push(version);
      const { failed, warned } = failing[start + i] ?? { failed: 0, warned: 0 };
      rows.push({
        ...mark,
        partitions,
        hasMorePartitions: isMore && !isCounted,
        hasMoreChecks: mark.checks >= mostCounted.checks,
        failed,
        warned,
        dataVersion: null,
      });
    }
  }
  const read = await readVersions(steps, versions);
  const marked = rows.map((row, i) => ({ ...row, dataVersion: read.get(versions[i]?.eventId ?? 0) ?? null }));
  return { rows: marked, count: assets.length };
}

const selectIds = `
  SELECT asset.id, asset.key FROM json_each(?) AS ask CROSS JOIN asset ON asset.key = ask.value ORDER BY ask.key`;

/** The event that gives a data version. */
interface Version {
  readonly eventId: number | null;
  readonly size: number;
}

const assetsPerStep = 50;

async function readMarks(steps: ReadSteps, assets: readonly AssetId[]) {
  const args = [JSON.stringify(assets.map(({ id }) => id))];
  const { rows } = await steps.step((client) => client.execute({ sql: selectMarks, args }));
  return rows.map((row, i) => {
    const latest = (id: Value, time: Value) => (id === null ? null : ([Number(id), Number(time)] as const));
    return {
      key: assets[i]?.key ?? "",
      materializations: Number(row.materializations),
      observations: Number(row.observations),
      evaluations: Number(row.evaluations),
      partitions: Number(row.partitions),
      checks: Number(row.checks),
      built: latest(row.built_id ?? null, row.built ?? null),
      seen: latest(row.seen_id ?? null, row.seen ?? null),
      version: { eventId: row.version_id === null ? null : Number(row.version_id), size: Number(row.version_size) },
    };
  });
}

/** SQLite reads all of an event's text to find a part of it: no more of them than a page of events holds. */
const versionBytes = 8 << 20;

async function readVersions(steps: ReadSteps, versions: readonly Version[]): Promise<ReadonlyMap<number, string>> {
  let bytes = 0;
  const ids = versions.flatMap(({ eventId, size }) => {
    if (eventId === null || bytes + size > versionBytes) return [];
    bytes += size;
    return eventId;
  });
  const { rows } = await steps.step((client) => client.execute({ sql: selectVersions, args: [JSON.stringify(ids)] }));
  return new Map(rows.flatMap(({ id, start }) => (start === null ? [] : [[Number(id), startOf(String(start))]])));
}

/** How much of a data version is told. */
const versionLength = 200;

/** What a part of JSON begins with that was cut out of a string, without an escape that is cut itself. */
function startOf(json: string): string {
  const [text = ""] = /^(?:[^"\\]|\\(?:u[\da-fA-F]{4}|[^u]))*/.exec(json) ?? [];
  return (JSON.parse(`"${text}"`) as string).slice(0, versionLength).toWellFormed();
}

const count = (scope: number, most: number) =>
  `(SELECT count(*) FROM (SELECT 1 FROM summary WHERE asset_id = ids.value AND scope = ${scope} LIMIT ${most}))`;
const latest = (name: string, scope: number) => `
  LEFT JOIN summary AS ${name} ON ${name}.asset_id = ids.value AND ${name}.scope = ${scope}
    AND ${name}.check_name = '' AND ${name}.partition = x''`;

const selectMarks = `
  SELECT ifnull(built.events, 0) AS materializations, ifnull(seen.events, 0) AS observations,
    ifnull((
      SELECT events FROM summary WHERE asset_id = ids.value AND scope = ${scopes.evaluations} AND check_name = '' AND partition = x''
    ), 0) AS evaluations,
    ${count(scopes.partition, fewPartitions + 1)} AS partitions, ${count(scopes.check, mostCounted.checks)} AS checks,
    built.event_id AS built_id, built.timestamp AS built, seen.event_id AS seen_id, seen.timestamp AS seen,
    version.event_id AS version_id, (SELECT octet_length(details) FROM event WHERE id = version.event_id) AS version_size
  FROM json_each(?) AS ids ${latest("built", scopes.materializations)} ${latest("seen", scopes.observations)}
    ${latest("version", scopes.versioned)}
  ORDER BY ids.key`;

// The tag as JSON has it: inside of a string its quotes would be escaped. Tags come before the metadata.
const tag = (before: string) => `nullif(instr(details, '${before}"dagster/data_version":"'), 0)`;
const tagLength = '{"dagster/data_version":"'.length;
const selectVersions = `
  SELECT id, substr(details, min(ifnull(${tag("{")}, 1e12), ifnull(${tag(",")}, 1e12)) + ${tagLength}, ${6 * versionLength}) AS start
  FROM event WHERE id IN (SELECT value FROM json_each(?)) AND versioned = 1`;
