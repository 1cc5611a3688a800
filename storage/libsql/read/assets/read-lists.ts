import type { InValue, Row } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql/http";
import type { AssetKey } from "../../../../core/index.ts";
import type { EventRow } from "../../write/event-row.ts";
import { encodeKey } from "../../write/sortable-text.ts";
import { scopes } from "../../write/summaries.ts";
import { readEvents } from "../events/read-event.ts";
import { countFitting, eventSizeSql } from "../page-size.ts";
import type { ListOfRows, ReadSteps } from "../read-steps.ts";
import { readAssetId } from "./read-asset.ts";

export interface SummaryRow {
  readonly events: number;
  readonly latest: EventRow;
}

/** The partitions of an asset after the encoded partition `from`. */
export async function readPartitions(
  steps: ReadSteps,
  key: AssetKey,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<SummaryRow, string>> {
  const id = await readAssetId(steps, encodeKey(key));
  const args = [id ?? null, from ?? null, limit + 1];
  const { rows, hasMore } = await readSummaries(steps, limit, { sql: selectPartitionSizes, args });
  return { rows, last: rows.at(-1)?.latest.partition ?? from, hasMore };
}

export interface PartitionMarkRow {
  readonly partition: string;
  readonly timestamp: number;
  readonly events: number;
  readonly failing: boolean;
}

/** How many evaluations of checks a page of marks examines. For a single partition there is no limit. */
const checksPerPage = 50_000;
const namesPerStep = 5000;
/** The most bytes that the names of a page of marks have together, unless the first alone has more. */
const bytesOfMarks = 1 << 20;
/** The lowest character of encoded text: a text with it appended is the next possible text. */
const lowest = "\u0001";

/** As `readPartitions`, from the summaries alone. A page is shorter if each partition has many checks. */
export async function readPartitionMarks(
  steps: ReadSteps,
  key: AssetKey,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<PartitionMarkRow, string>> {
  const id = await readAssetId(steps, encodeKey(key));
  const { rows, first } = await steps.step(async (client) => {
    const sized = await client.execute({ sql: selectMarkSizes, args: [id ?? null, from ?? null, limit + 1] });
    const sizes = JSON.parse(String(sized.rows[0]?.sizes)) as number[]; // as the statement writes them
    const most = countFitting(
      sizes.map((size) => ({ size })),
      bytesOfMarks,
    );
    const first = Math.min(limit, most);
    const args = [id ?? null, from ?? null, first + 1];
    return { rows: (await client.execute({ sql: selectMarks, args })).rows, first };
  });
  const marks = rows.map(({ partition, timestamp, events }) => ({
    partition: String(partition),
    timestamp: Number(timestamp),
    events: Number(events),
  }));
  for (let most = first; ; most = Math.ceil(most / 4)) {
    const page = marks.slice(0, most);
    const failing = await readFailingPartitions(steps, id, page[0]?.partition, page.at(-1)?.partition, most > 1);
    if (failing === undefined) continue;
    return {
      rows: page.map((row) => ({ ...row, failing: failing.has(row.partition) })),
      last: page.at(-1)?.partition ?? from,
      hasMore: marks.length > most,
    };
  }
}

/**
 * The failing partitions of an asset, from one to another. Undefined if too many evaluations would have to be examined.
 */
async function readFailingPartitions(
  steps: ReadSteps,
  id: number | undefined,
  first: string | undefined,
  last: string | undefined,
  isBounded: boolean,
): Promise<ReadonlySet<string> | undefined> {
  const failing = new Set<string>();
  if (id === undefined || first === undefined || last === undefined) return failing;
  let looked = 0;
  for (let name: string | undefined = ""; name !== undefined; ) {
    const args: InValue[] = [id, name];
    const [end]: Row[] = (await steps.step((client) => client.execute({ sql: selectNames, args }))).rows;
    if (end?.last == null) break;
    const range = [id, name, end.last, first, last];
    if (isBounded) {
      const most = checksPerPage + 1 - looked;
      const [found] = (await steps.step((client) => client.execute({ sql: countMade, args: [...range, most] }))).rows;
      looked += Number(found?.count);
      if (looked > checksPerPage) return undefined;
    }
    const { rows } = await steps.step((client) => client.execute({ sql: selectFailed, args: range }));
    for (const { partition } of rows) failing.add(String(partition));
    name = Number(end.count) < namesPerStep ? undefined : `${end.last}${lowest}`;
  }
  return failing;
}

// The empty name is part of the condition, or SQLite would sort all partitions: names come before them in the index.
const partitionsAfter = `asset_id = ?1 AND scope = ${scopes.partition} AND check_name = '' AND partition > ifnull(?2, -1)`;
const selectPartitionSizes = `
  SELECT page.event_id, page.events, ${eventSizeSql} AS size
  FROM (SELECT event_id, events FROM summary WHERE ${partitionsAfter} ORDER BY partition LIMIT ?3) AS page
    CROSS JOIN event ON event.id = page.event_id CROSS JOIN asset ON asset.id = event.asset_id`;

const selectMarkSizes = `
  SELECT json_group_array(octet_length(partition)) AS sizes FROM (
    SELECT partition FROM summary WHERE ${partitionsAfter} ORDER BY partition LIMIT ?3
  )`;
const selectMarks = `
  SELECT partition, timestamp, events FROM summary
  WHERE ${partitionsAfter} ORDER BY partition LIMIT ?3`;

const namesFrom = `SELECT check_name FROM summary
  WHERE asset_id = ?1 AND scope = ${scopes.check} AND check_name >= ?2`;
const selectNames = `
  SELECT count(*) AS count, max(check_name) AS last FROM (${namesFrom} ORDER BY check_name LIMIT ${namesPerStep})`;

// For each name only the partitions in question.
const madeOfThem = `
  FROM (${namesFrom} AND check_name <= ?3) AS name
    CROSS JOIN summary ON summary.asset_id = ?1 AND summary.scope = ${scopes.checkPartition}
      AND summary.check_name = name.check_name AND summary.partition BETWEEN ?4 AND ?5`;
const countMade = `SELECT count(*) AS count FROM (SELECT 1 ${madeOfThem} LIMIT ?6)`;
const selectFailed = `
  SELECT DISTINCT summary.partition ${madeOfThem} CROSS JOIN event ON event.id = summary.event_id WHERE event.passed = 0`;

/** An encoded check name and partition. */
export type CheckPosition = readonly [string, string | null];

/** The checks of an asset after the position `from`, null partitions first. */
export async function readChecks(
  steps: ReadSteps,
  key: AssetKey,
  limit: number,
  from: CheckPosition | undefined,
): Promise<ListOfRows<SummaryRow, CheckPosition>> {
  const id = await readAssetId(steps, encodeKey(key));
  const args = [id ?? null, from?.[0] ?? null, from?.[1] ?? null, limit + 1];
  const { rows, hasMore } = await readSummaries(steps, limit, { sql: selectCheckSizes, args });
  const last = rows.at(-1)?.latest;
  return { rows, last: last ? [last.checkName ?? "", last.partition] : from, hasMore };
}

// SQLite sorts blobs after text, so the empty blob, for no partition, comes last of its name. To sort it first would
// read all checks of the asset. So each name is looked up twice, which gives its checks in order.
const selectCheckSizes = `
  SELECT summary.event_id, summary.events, ${eventSizeSql} AS size
  FROM (SELECT check_name FROM summary
      WHERE asset_id = ?1 AND scope = ${scopes.check} AND check_name >= ifnull(?2, '') ORDER BY check_name LIMIT ?4 + 1) AS name
    CROSS JOIN (SELECT 0 AS has_partition UNION ALL SELECT 1) AS kind
    CROSS JOIN summary ON summary.asset_id = ?1 AND summary.scope = ${scopes.checkPartition}
      AND summary.check_name = name.check_name
      AND summary.partition >= iif(has_partition, iif(name.check_name IS ?2, ifnull(?3, ''), ''), x'')
      AND summary.partition < iif(has_partition, x'', x'00')
    CROSS JOIN event ON event.id = summary.event_id CROSS JOIN asset ON asset.id = event.asset_id
  WHERE name.check_name IS NOT ?2 OR (has_partition AND summary.partition IS NOT ?3)
  LIMIT ?4`;

/** The first of these summaries, as many as fit into a page. */
async function readSummaries(steps: ReadSteps, limit: number, statement: { sql: string; args: InValue[] }) {
  const { rows: sizes } = await steps.step((client) => client.execute(statement));
  const first = sizes.slice(0, Math.min(limit, countFitting(sizes.map(({ size }) => ({ size: Number(size) })))));
  const ids = first.map(({ event_id }) => Number(event_id));
  const events = new Map((await steps.step((client) => readEvents(drizzle(client), ids))).map((row) => [row.id, row]));
  const rows = first.flatMap((row): SummaryRow[] => {
    const latest = events.get(Number(row.event_id));
    return latest === undefined ? [] : [{ events: Number(row.events), latest }];
  });
  return { rows, hasMore: sizes.length > first.length };
}
