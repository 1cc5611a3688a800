import type { Client, InValue, Row } from "@libsql/client";
import type { LogStats } from "../../maintenance.ts";
import { scopes } from "../write/summaries.ts";
import type { ListOfRows } from "./read-lists.ts";
import { readSize } from "./read-size.ts";
import type { ReadSteps } from "./read-steps.ts";

const assetsPerStep = 20_000;

/** Counts by the summaries of each asset, and never by the events. */
export async function readStats(steps: ReadSteps): Promise<LogStats> {
  let assets = 0;
  const events = { ASSET_MATERIALIZATION: 0, ASSET_OBSERVATION: 0, ASSET_CHECK_EVALUATION: 0 };
  for (let from: number | undefined = 0; from !== undefined; ) {
    const args: InValue[] = [from, assetsPerStep * steps.scale];
    const [row]: Row[] = (await steps.step((client) => client.execute({ sql: countSome, args }))).rows;
    assets += Number(row?.assets);
    events.ASSET_MATERIALIZATION += Number(row?.materializations);
    events.ASSET_OBSERVATION += Number(row?.observations);
    events.ASSET_CHECK_EVALUATION += Number(row?.evaluations);
    from = row?.last == null ? undefined : Number(row.last);
  }
  return { assets, events, bytes: await steps.step(readSizeIfTold) };
}

/** Some assets that were materialized, in the order of their keys, after the encoded key `from`. */
export async function readLastMaterializations(
  steps: ReadSteps,
  limit: number,
  from: string | undefined,
): Promise<ListOfRows<readonly [string, number], string>> {
  const args = [from ?? "", limit];
  const { rows } = await steps.step((client) => client.execute({ sql: selectMaterialized, args }));
  const found = rows.flatMap(({ key, timestamp }): [string, number][] =>
    timestamp === null ? [] : [[String(key), Number(timestamp)]],
  );
  const last = rows.at(-1)?.key;
  return { rows: found, last: last == null ? from : String(last), hasMore: rows.length === limit };
}

/** A remote database may not tell. */
async function readSizeIfTold(client: Client): Promise<LogStats["bytes"]> {
  try {
    return await readSize(client);
  } catch (error) {
    if (client.protocol === "file") throw error;
    return null;
  }
}

const eventsOf = (scope: number) => `(
  SELECT events FROM summary WHERE asset_id = part.id AND scope = ${scope} AND check_name = '' AND partition = x'')`;

// An asset has events where it has some of a kind.
const countSome = `
  SELECT max(id) AS last, ifnull(sum(coalesce(built, seen, checked) IS NOT NULL), 0) AS assets,
    ifnull(sum(built), 0) AS materializations, ifnull(sum(seen), 0) AS observations, ifnull(sum(checked), 0) AS evaluations
  FROM (
    SELECT id, ${eventsOf(scopes.materializations)} AS built, ${eventsOf(scopes.observations)} AS seen,
      ${eventsOf(scopes.evaluations)} AS checked
    FROM (SELECT id FROM asset WHERE id > ?1 ORDER BY id LIMIT ?2) AS part
  )`;

// Assets without a materialization too, so that a step looks at no more of them than it is to.
const selectMaterialized = `
  SELECT key, (
    SELECT timestamp FROM summary
    WHERE asset_id = asset.id AND scope = ${scopes.materializations} AND check_name = '' AND partition = x''
  ) AS timestamp FROM asset WHERE key > ?1 ORDER BY key LIMIT ?2`;
