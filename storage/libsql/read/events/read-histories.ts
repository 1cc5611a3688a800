import { kinds, type MarkRow } from "../../write/event-row.ts";
import { scopes } from "../../write/summaries.ts";
import { isVisible } from "../../write/wiped-partition.ts";
import type { ReadSteps } from "../read-steps.ts";

/** How many events of an asset are examined for its checks' evaluations. */
const eventsPerAsset = 2000;
/**
 * How many events are read for that. Those that a wipe has hidden are skipped; the events after them are found once
 * they are deleted.
 */
const mostExamined = 10_000;
const totalsPerStep = 1000;

export interface CheckHistoryRow {
  readonly evaluations: readonly MarkRow[];
  readonly total: number;
}

/** An encoded key and name, and an encoded partition (null for none) if only that is asked for. */
export type AskedCheck = readonly [key: string, name: string, partition?: string | null];

/** The newest evaluations of each of these checks. An asset's events are read once, however many checks it has. */
export async function readCheckHistories(
  steps: ReadSteps,
  checks: readonly AskedCheck[],
  limit: number,
): Promise<readonly CheckHistoryRow[]> {
  const histories = (await readTotals(steps, checks)).map((total) => ({ total, evaluations: [] as MarkRow[] }));
  const ofAssets = new Map<string, number[]>();
  for (const [i, [key]] of checks.entries()) {
    const ofAsset = ofAssets.get(key);
    if (ofAsset === undefined) ofAssets.set(key, [i]);
    else ofAsset.push(i);
  }
  for (const [key, indexes] of ofAssets) {
    const asked = JSON.stringify(indexes.map((index) => checks[index]?.slice(1)));
    const { rows } = await steps.step((client) => client.execute({ sql: selectMarks, args: [key, asked] }));
    const marks = JSON.parse(String(rows[0]?.marks)) as [number, ...MarkRow][]; // as the statement writes them
    for (const [at, ...mark] of marks) {
      const evaluations = histories[indexes[at] ?? -1]?.evaluations;
      if (evaluations !== undefined && evaluations.length < limit) evaluations.push(mark);
    }
  }
  return histories;
}

async function readTotals(steps: ReadSteps, checks: readonly AskedCheck[]): Promise<readonly number[]> {
  const totals = checks.map(() => 0);
  for (let start = 0; start < checks.length; start += totalsPerStep) {
    const args = [JSON.stringify(checks.slice(start, start + totalsPerStep))];
    const { rows } = await steps.step((client) => client.execute({ sql: selectTotals, args }));
    for (const { at, total } of rows) totals[start + Number(at)] = Number(total);
  }
  return totals;
}

const selectTotals = `
  SELECT ask.key AS at, summary.events AS total
  FROM json_each(?) AS ask
    CROSS JOIN asset ON asset.key = ask.value ->> 0
    CROSS JOIN summary ON summary.asset_id = asset.id
      AND summary.scope = iif(json_array_length(ask.value) = 2, ${scopes.check}, ${scopes.checkPartition})
      AND summary.check_name = ask.value ->> 1 AND summary.partition = ifnull(ask.value ->> 2, x'')`;

// As in read-page.ts: the innermost subquery gives its rows in order, and the joins keep it.
const selectMarks = `
  WITH ask AS MATERIALIZED (
    SELECT key AS at, value ->> 0 AS name, value ->> 1 AS partition, json_array_length(value) = 1 AS is_of_all
    FROM json_each(?2)
  )
  SELECT json_group_array(json_array(at, id, kind, timestamp, passed, severity)) AS marks FROM (
    SELECT ask.at, event.id, event.kind, event.timestamp, event.passed, event.severity
    FROM (
        SELECT id, kind FROM (
          SELECT id, asset_id, kind, partition FROM event
          WHERE asset_id = (SELECT id FROM asset WHERE key = ?1) ORDER BY id DESC LIMIT ${mostExamined}
        ) AS newest WHERE ${isVisible("newest")} LIMIT ${eventsPerAsset}
      ) AS examined
      CROSS JOIN event ON event.id = examined.id
      CROSS JOIN ask ON ask.name = event.check_name AND (ask.is_of_all OR event.partition IS ask.partition)
    WHERE examined.kind = ${kinds.ASSET_CHECK_EVALUATION}
  )`;
