import type { Client } from "@libsql/client";
import type { LogStats } from "../event-log.ts";
import { readSize } from "./read-size.ts";
import { scopes } from "./summaries.ts";

/** Counts by the summaries of each asset, and never by the events. */
export async function readStats(client: Client): Promise<LogStats> {
  const [assets, events] = await client.batch([countAssets, countEvents], "deferred");
  const counts = events?.rows[0];
  return {
    assets: Number(assets?.rows[0]?.assets),
    events: {
      ASSET_MATERIALIZATION: Number(counts?.materializations),
      ASSET_OBSERVATION: Number(counts?.observations),
      ASSET_CHECK_EVALUATION: Number(counts?.evaluations),
    },
    bytes: await readSizeIfTold(client),
  };
}

/** The encoded key of every asset that was materialized, with the time of the latest. */
export async function readLastMaterializations(client: Client): Promise<readonly (readonly [string, number])[]> {
  const { rows } = await client.execute(selectMaterialized);
  return rows.map(({ key, timestamp }) => [String(key), Number(timestamp)]);
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

const ofAsset = (scope: string) => `
  FROM asset CROSS JOIN summary ON summary.asset_id = asset.id AND summary.scope ${scope}
    AND summary.check_name = '' AND summary.partition = x''`;

const countAssets = `
  SELECT count(*) AS assets FROM asset WHERE EXISTS (SELECT 1 FROM summary WHERE summary.asset_id = asset.id)`;

const sumOf = (scope: number) => `coalesce(sum(iif(summary.scope = ${scope}, summary.events, 0)), 0)`;

// Not GROUP BY, which would sort.
const countEvents = `
  SELECT ${sumOf(scopes.materializations)} AS materializations, ${sumOf(scopes.observations)} AS observations,
    ${sumOf(scopes.evaluations)} AS evaluations
  ${ofAsset(`IN (${scopes.materializations}, ${scopes.observations}, ${scopes.evaluations})`)}`;

const selectMaterialized = `SELECT asset.key, summary.timestamp ${ofAsset(`= ${scopes.materializations}`)}`;
