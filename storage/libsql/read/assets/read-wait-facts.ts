import type { AssetCheckSeverity, AssetKey } from "../../../../core/index.ts";
import { type AssetFacts, type LogChanges, mostChanges, mostWaitChecks, type WaitAsk } from "../../../wait-reads.ts";
import { kinds } from "../../write/event-row.ts";
import { decodeKey, decodeNullable, decodeText, encodeKey, encodeText } from "../../write/sortable-text.ts";
import { isOfAsset, scopes } from "../../write/summaries.ts";
import { isVisible } from "../../write/wiped-partition.ts";
import type { ReadSteps } from "../read-steps.ts";

/** About how many events one step looks up. */
const lookupsPerStep = 400;

/** What is known of each asset that a wait asks for. All about one asset is read by one statement, in one state of the log. */
export async function readWaitFacts(steps: ReadSteps, asks: readonly WaitAsk[]): Promise<readonly AssetFacts[]> {
  const facts: AssetFacts[] = [];
  for (let start = 0; start < asks.length; ) {
    let end = start;
    for (let lookups = 0; end < asks.length; end++) {
      lookups += lookupsOf(asks[end]);
      if (lookups > lookupsPerStep * steps.scale && end > start) break;
    }
    const group = asks.slice(start, end);
    const args = [JSON.stringify(group.map(askRow))];
    const { rows } = await steps.step((client) => client.execute({ sql: selectFacts, args }));
    const found = new Map(rows.map(({ at, facts }) => [Number(at), JSON.parse(String(facts)) as FactsRow])); // as the statement writes it
    for (const [at, { assetKey }] of group.entries()) facts.push(assetFacts(assetKey, found.get(at)));
    start = end;
  }
  return facts;
}

function lookupsOf({ checks = [] }: Partial<WaitAsk> = {}): number {
  return 1 + (checks === "all" ? mostWaitChecks : checks.length);
}

/** The keys of the events after an id, and the newest id. */
export async function readChangesAfter(steps: ReadSteps, after: number): Promise<LogChanges> {
  const [row] = (await steps.step((client) => client.execute({ sql: selectChanges, args: [after] }))).rows;
  const keys = JSON.parse(String(row?.keys)) as string[]; // likewise
  const isWhole = Number(row?.count) <= mostChanges;
  return { newestId: Number(row?.newest), keys: isWhole ? keys.map(decodeKey) : null };
}

/**
 * A materialization's id, when it counted and its partition; the checks; how many names of checks there are; and when the
 * newest observation counted.
 */
type FactsRow = readonly [
  materialization: readonly [number, number, string | null] | null,
  checks: readonly (readonly [string, string | null, number, number, AssetCheckSeverity])[],
  names: number,
  observedAt: number | null,
];

function askRow({ assetKey, partition, checks, observations = false }: WaitAsk) {
  const names = checks === "all" ? true : (checks ?? []).map(encodeText);
  return [encodeKey(assetKey), partition === undefined ? null : encodeText(partition), names, observations ? 1 : 0];
}

function assetFacts(assetKey: AssetKey, row: FactsRow | undefined): AssetFacts {
  if (row === undefined) {
    return { assetKey, materialization: null, evaluations: [], hasMoreChecks: false, observedAt: null };
  }
  const [built, checks, names, observedAt] = row;
  const evaluations = new Map(
    checks.map(([name, partition, id, passed, severity]) => [
      id,
      { checkName: decodeText(name), partition: decodeNullable(partition), id, passed: passed === 1, severity },
    ]),
  );
  return {
    assetKey,
    materialization: built && { id: built[0], at: built[1], partition: decodeNullable(built[2]) },
    evaluations: [...evaluations.values()],
    hasMoreChecks: names > mostWaitChecks,
    observedAt,
  };
}

/** How many events after one that is ahead of its receipt are examined: of the asset, and for each of its checks. */
const examined = { materializations: 2000, evaluations: 50, observations: 2000 } as const;

/**
 * The id of the event that counted last, given the latest by its timestamp. That is the one, unless it is ahead of its
 * receipt. Then only events after it may have counted later, since times of receipt never decrease.
 */
const newestCounted = (latest: string, kind: number, most: number, condition: string) => `
  iif(${latest}.timestamp <= ${latest}.received_at, ${latest}.id, (
    SELECT event.id
    FROM (
        SELECT newer.id FROM (
          SELECT id, asset_id, kind, partition FROM event
          WHERE asset_id = ${latest}.asset_id AND id > ${latest}.id ORDER BY id DESC LIMIT ${most}
        ) AS newer WHERE newer.kind = ${kind} AND ${isVisible("newer")}
        UNION ALL SELECT ${latest}.id
      ) AS candidate
      CROSS JOIN event ON event.id = candidate.id
    WHERE ${condition}
    ORDER BY min(event.timestamp, event.received_at) DESC, event.id DESC LIMIT 1
  ))`;

const isOfPartition = "(built.partition IS NULL OR event.partition = built.partition)";
const isOfCheck = "event.check_name = latest.check_name AND (part.number = 2 OR event.partition IS latest.partition)";
const namesOf = (asset: string) => `
  SELECT check_name FROM summary WHERE asset_id = ${asset}.asset_id AND scope = ${scopes.check}
  ORDER BY check_name LIMIT ${mostWaitChecks + 1}`;

const observedOf = (asset: string) => `
  SELECT min(counted.timestamp, counted.received_at)
  FROM summary CROSS JOIN event AS latest ON latest.id = summary.event_id
    CROSS JOIN event AS counted
      ON counted.id = ${newestCounted("latest", kinds.ASSET_OBSERVATION, examined.observations, "true")}
  WHERE ${isOfAsset(`${asset}.asset_id`, scopes.observations)}`;

// Each name of a check is looked up by the key of its summaries, up to three times: for the partition that is asked for or
// that of the materialization (part 0), for none (1), and over all partitions (2).
const selectFacts = `
  WITH ask AS MATERIALIZED (
    SELECT key AS at, value ->> 0 AS asset_key, value ->> 1 AS partition, value -> 2 AS names, value ->> 3 AS observed
    FROM json_each(?1)
  ),
  built AS MATERIALIZED (
    SELECT ask.at, ask.partition, ask.names, ask.observed, asset.id AS asset_id, latest.id AS latest_id
    FROM ask CROSS JOIN asset ON asset.key = ask.asset_key
      LEFT JOIN summary ON summary.asset_id = asset.id
        AND summary.scope = iif(ask.partition IS NULL, ${scopes.materializations}, ${scopes.partition})
        AND summary.check_name = '' AND summary.partition = ifnull(ask.partition, x'')
      LEFT JOIN event AS latest ON latest.id = summary.event_id
  ),
  newest AS MATERIALIZED (
    SELECT built.at, built.partition, built.names, built.observed, built.asset_id, (
      SELECT ${newestCounted("latest", kinds.ASSET_MATERIALIZATION, examined.materializations, isOfPartition)}
      FROM event AS latest WHERE latest.id = built.latest_id
    ) AS event_id
    FROM built
  )
  SELECT built.at, json_array(
    iif(materialization.id IS NULL, NULL, json_array(
      materialization.id, min(materialization.timestamp, materialization.received_at), materialization.partition
    )),
    (
      SELECT json_group_array(
        json_array(counted.check_name, counted.partition, counted.id, counted.passed, counted.severity)
      )
      FROM (
          SELECT value AS check_name FROM json_each(iif(built.names = 'true', '[]', built.names))
          UNION ALL SELECT check_name FROM (${namesOf("built")}) WHERE built.names = 'true'
        ) AS name
        CROSS JOIN (SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2) AS part
        CROSS JOIN summary ON summary.asset_id = built.asset_id
          AND summary.scope = iif(part.number = 2, ${scopes.check}, ${scopes.checkPartition})
          AND summary.check_name = name.check_name
          AND summary.partition = iif(part.number = 0, coalesce(built.partition, materialization.partition, x''), x'')
        CROSS JOIN event AS latest ON latest.id = summary.event_id
        CROSS JOIN event AS counted
          ON counted.id = ${newestCounted("latest", kinds.ASSET_CHECK_EVALUATION, examined.evaluations, isOfCheck)}
      WHERE part.number = 0 OR (built.partition IS NULL AND (part.number = 1 OR built.names = 'true'))
    ),
    iif(built.names = 'true', (SELECT count(*) FROM (${namesOf("built")})), 0),
    iif(built.observed, (${observedOf("built")}), NULL)
  ) AS facts
  FROM newest AS built LEFT JOIN event AS materialization ON materialization.id = built.event_id`;

// The limit is of all events, so that hidden ones can't make it a long read.
const selectChanges = `
  WITH changed AS MATERIALIZED (
    SELECT id, asset_id, kind, partition FROM event NOT INDEXED WHERE id > ?1 ORDER BY id DESC LIMIT ${mostChanges + 1}
  )
  SELECT ifnull((SELECT id FROM event ORDER BY id DESC LIMIT 1), 0) AS newest, (SELECT count(*) FROM changed) AS count,
    (
      SELECT json_group_array(asset.key) FROM asset
      WHERE asset.id IN (SELECT asset_id FROM changed WHERE ${isVisible("changed")})
    ) AS keys`;
