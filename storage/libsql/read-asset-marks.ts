import { type AssetFilter, type AssetListRequest, mostCounted } from "../event-log.ts";
import { type FailingNames, readFailingNames } from "./check-states.ts";
import { type AssetPosition, checksPerPage, findAssets } from "./find-assets.ts";
import type { AssetId } from "./read-asset.ts";
import type { ListOfRows } from "./read-lists.ts";
import type { ReadSteps } from "./read-steps.ts";
import { scopes } from "./summaries.ts";

/** What the summaries say of an asset, without its events. */
export interface AssetMarkRow extends FailingNames {
  readonly key: string;
  /** Events of each kind. */
  readonly materializations: number;
  readonly observations: number;
  readonly evaluations: number;
  readonly partitions: number;
  readonly checks: number;
  /** The id, kind and timestamp of the latest materialization or observation. */
  readonly latest: readonly [number, number, number] | null;
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
  const ids = found.assets.map(({ id }) => id);
  const { found: failing } = await readFailingNames(steps, ids, checksPerPage);
  const assets = found.assets.slice(0, failing.length);
  const rows: AssetMarkRow[] = [];
  const versions: Version[] = [];
  for (let start = 0; start < assets.length; start += assetsPerStep * steps.scale) {
    const part = assets.slice(start, start + assetsPerStep * steps.scale);
    for (const [i, mark] of (await readMarks(steps, part)).entries()) {
      const { version, ...row } = mark;
      if (row.materializations + row.observations + row.evaluations === 0) continue; // wiped meanwhile
      versions.push(version);
      rows.push({ ...row, ...(failing[start + i] ?? { failed: 0, warned: 0 }), dataVersion: null });
    }
  }
  const read = await readVersions(steps, versions);
  const marked = rows.map((row, i) => ({ ...row, dataVersion: read.get(versions[i]?.eventId ?? 0) ?? null }));
  if (assets.length === found.assets.length) return { rows: marked, last: found.last, hasMore: found.hasMore };
  return { rows: marked, last: assets.at(-1), hasMore: true };
}

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
    const latest: readonly [number, number, number] | null =
      row.latest_id === null ? null : [Number(row.latest_id), Number(row.latest_kind), Number(row.latest)];
    return {
      key: assets[i]?.key ?? "",
      materializations: Number(row.materializations),
      observations: Number(row.observations),
      evaluations: Number(row.evaluations),
      partitions: Number(row.partitions),
      checks: Number(row.checks),
      latest,
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

const events = (scope: number) => `ifnull((SELECT events FROM summary WHERE ${ofScope(scope)}), 0)`;
const ofScope = (scope: number) => `asset_id = ids.value AND scope = ${scope} AND check_name = '' AND partition = x''`;
const counted = (scope: number) =>
  `(SELECT count(*) FROM (SELECT 1 FROM summary WHERE asset_id = ids.value AND scope = ${scope} LIMIT ${mostCounted}))`;

// The scopes of materializations and observations have the numbers of their kinds.
const selectMarks = `
  SELECT ${events(scopes.materializations)} AS materializations, ${events(scopes.observations)} AS observations,
    ${events(scopes.evaluations)} AS evaluations,
    ${counted(scopes.partition)} AS partitions, ${counted(scopes.check)} AS checks,
    latest.event_id AS latest_id, latest.scope AS latest_kind, latest.timestamp AS latest,
    version.event_id AS version_id, (SELECT octet_length(details) FROM event WHERE id = version.event_id) AS version_size
  FROM json_each(?) AS ids
    LEFT JOIN summary AS latest ON latest.asset_id = ids.value AND latest.check_name = '' AND latest.partition = x''
      AND latest.scope = (
        SELECT scope FROM summary
        WHERE asset_id = ids.value AND scope IN (${scopes.materializations}, ${scopes.observations})
        ORDER BY timestamp DESC, scope LIMIT 1
      )
    LEFT JOIN summary AS version ON version.asset_id = ids.value AND version.scope = ${scopes.versioned}
      AND version.check_name = '' AND version.partition = x''
  ORDER BY ids.key`;

// The tag as JSON has it: inside of a string its quotes would be escaped. Tags come before the metadata.
const tag = (before: string) => `nullif(instr(details, '${before}"dagster/data_version":"'), 0)`;
const tagLength = '{"dagster/data_version":"'.length;
const selectVersions = `
  SELECT id, substr(details, min(ifnull(${tag("{")}, 1e12), ifnull(${tag(",")}, 1e12)) + ${tagLength}, ${6 * versionLength}) AS start
  FROM event WHERE id IN (SELECT value FROM json_each(?)) AND versioned = 1`;
