import type { Row } from "@libsql/client";
import { and, asc, eq, sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import { asset, event, summary } from "../../schema.ts";
import { scopes } from "../../write/summaries.ts";
import type { ReadSteps } from "../read-steps.ts";
import { countChecks, failingIn, groupsOfFew, isMuch, walkChecks } from "./check-states.ts";

/** An encoded check name and partition, with the id and the severity of the latest evaluation. */
export type FailingRow = readonly [string, string | null, number, string];

/** The checks that fail now, for each of these encoded keys. */
export async function readFailingChecks(
  steps: ReadSteps,
  keys: readonly string[],
  limit: number,
): Promise<readonly (readonly FailingRow[])[]> {
  const { rows } = await steps.step((client) => client.execute({ sql: selectIds, args: [JSON.stringify(keys)] }));
  const ids = rows.map(({ id }) => (id === null ? noAsset : Number(id)));
  const counts = await countChecks(steps, ids);
  const found = new Map<number, readonly FailingRow[]>();
  for (const group of groupsOfFew(ids, counts, steps)) {
    const ofGroup = await steps.step((client) => readFailingOfFew(drizzle(client), group, limit));
    for (const [id, failing] of ofGroup) found.set(id, failing);
  }
  for (const [i, id] of ids.entries()) {
    if (isMuch(counts[i] ?? 0)) found.set(id, await walkFailing(steps, id, limit));
  }
  return ids.map((id) => found.get(id) ?? []);
}

/** No asset has this id. */
const noAsset = 0;
const selectIds = "SELECT asset.id FROM json_each(?) AS ask LEFT JOIN asset ON asset.key = ask.value ORDER BY ask.key";

async function readFailingOfFew(database: LibSQLDatabase, ids: readonly number[], limit: number) {
  const { checkName, partition, id, severity } = event;
  const failing = database
    .select({ checkName, partition, id, severity })
    .from(summary)
    .innerJoin(event, eq(event.id, summary.eventId))
    .where(
      and(sql`${summary.assetId} = ${asset.id}`, eq(summary.scope, scopes.checkPartition), sql`${event.passed} = 0`),
    )
    // NULLs come first, as in the list of an asset's checks.
    .orderBy(asc(checkName), asc(partition))
    .limit(limit);
  const list = sql<string>`(SELECT json_group_array(json_array(check_name, partition, id, severity)) FROM ${failing})`;
  const isAsked = sql`${asset.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const rows = await database.select({ id: asset.id, list }).from(asset).where(isAsked);
  return rows.map((row): [number, FailingRow[]] => [row.id, JSON.parse(row.list) as FailingRow[]]); // as the statement writes it
}

/** For an asset with many checks, or with many partitions of them. */
async function walkFailing(steps: ReadSteps, id: number, limit: number): Promise<readonly FailingRow[]> {
  const found: FailingRow[] = [];
  const add = (rows: readonly Row[]) => {
    for (const { check_name: name, partition, id, severity } of rows) {
      found.push([String(name), typeof partition === "string" ? partition : null, Number(id), String(severity)]);
    }
  };
  await walkChecks(steps, id, async (range) => {
    const sql = `SELECT summary.check_name, summary.partition, event.id, event.severity ${failingIn(range)}
      ORDER BY summary.check_name, summary.partition LIMIT ?`;
    add((await steps.step((client) => client.execute({ sql, args: [...range.args, limit - found.length] }))).rows);
    return found.length < limit;
  });
  const last = found.at(-1);
  if (last !== undefined && last[1] !== null && found.length === limit) {
    // The walk ended within a name, before its check of no partition, which comes first.
    const args = [id, last[0]];
    add((await steps.step((client) => client.execute({ sql: selectWithoutPartition, args }))).rows);
  }
  // The check of no partition came last of its name.
  const sorted: FailingRow[] = [];
  let ofName = 0;
  for (const row of found) {
    if (row[0] !== sorted.at(-1)?.[0]) ofName = sorted.length;
    if (row[1] === null) sorted.splice(ofName, 0, row);
    else sorted.push(row);
  }
  return sorted.slice(0, limit);
}

const selectWithoutPartition = `
  SELECT summary.check_name, summary.partition, event.id, event.severity
  FROM summary CROSS JOIN event ON event.id = summary.event_id
  WHERE summary.asset_id = ? AND summary.scope = ${scopes.checkPartition} AND summary.check_name = ?
    AND summary.partition = x'' AND event.passed = 0`;
