import type { InValue, Row } from "@libsql/client";
import type { AssetFilter } from "../../../event-log.ts";
import { keyBytesPerPage, keysPerPage, matchesSearch, wordsOf } from "../../../scan/matches-search.ts";
import { kinds } from "../../write/event-row.ts";
import { decodeKey, encodeKey, keyRange } from "../../write/sortable-text.ts";
import { scopes } from "../../write/summaries.ts";
import type { ReadSteps } from "../read-steps.ts";
import { type FailingNames, noneFails, readFailingNames } from "./check-states.ts";

/** How many summaries of checks a page reads, if it depends on them. */
export const checksPerPage = 200_000;
const keysPerStep = 500;
export const noRank = "NULL";

/** How much a page has examined. */
interface Examined {
  keys: number;
  bytes: number;
  checks: number;
}

export function nothingExamined(): Examined {
  return { keys: 0, bytes: 0, checks: 0 };
}

/** Whether a page has examined as much as it may. */
export function isBudgetSpent({ keys, bytes, checks }: Examined): boolean {
  return keys >= keysPerPage || bytes >= keyBytesPerPage || checks >= checksPerPage;
}

/** How many more keys a page may examine, if they are as long as those before. */
function keysLeft({ keys, bytes }: Examined): number {
  if (keys === 0) return 100;
  const asLong = Math.ceil(((keyBytesPerPage - bytes) * keys) / Math.max(bytes, 1));
  return Math.max(1, Math.min(keysPerPage - keys, asLong));
}

interface ExamineRequest {
  /** Examines keys after this one. */
  readonly after: string | undefined;
  /** A SQL expression. */
  readonly rank: string;
  /** The most matches to return. */
  readonly most: number;
  /** The key that `isAfter` compares with. */
  readonly than?: string | undefined;
}

export interface Match {
  readonly id: number;
  readonly key: string;
  readonly rank: number;
  /** No failures if the filter does not need them. */
  readonly failing: FailingNames;
  readonly isAfter: boolean;
}

/**
 * A match as its id, rank, `isAfter` and key. All matches come as one text, since each row from the driver costs time.
 */
type PackedRow = readonly [number, number | null, 0 | 1, string | null];

interface Part {
  readonly matching: readonly Match[];
  readonly last: string | undefined;
  readonly hasMore: boolean;
}

export interface ExamineFilter extends AssetFilter {
  readonly withStates?: boolean;
}

/** Examines some keys, in their order, and adds what that took to `examined`. */
export async function examineAssets(
  steps: ReadSteps,
  filter: ExamineFilter,
  { after, rank, most, than = "" }: ExamineRequest,
  examined: Examined,
): Promise<Part> {
  const { from, to } = rangeOf(filter, after);
  const wanted = conditionsOf(filter);
  const count = Math.min(keysPerStep * steps.scale, keysLeft(examined));
  const withKey = rank === noRank || filter.search !== undefined || needsStates(filter);
  const { end, rows } = await steps.step(
    async (client): Promise<{ end: Row | undefined; rows: readonly PackedRow[] }> => {
      const endArgs = [...from.args, ...to.args, count];
      const [end] = (await client.execute({ sql: selectEnd(from.sql + to.sql), args: endArgs })).rows;
      if (end?.last == null) return { end, rows: [] };
      const sql = selectMatching(from.sql, wanted.sql, rank, withKey);
      const args = [than, ...from.args, end.last, ...wanted.args, most];
      const [packed] = (await client.execute({ sql, args })).rows;
      return { end, rows: JSON.parse(String(packed?.rows)) }; // as the statement writes them
    },
  );
  examined.keys += Number(end?.count);
  examined.bytes += Number(end?.bytes);
  const { search } = filter;
  const found = rows
    .map(([id, rank, isAfter, key]) => ({ id, key: key ?? "", rank: rank ?? 0, isAfter: isAfter === 1 }))
    .filter(({ key }) => search === undefined || matchesSearch(decodeKey(key), search));
  const isEnd = Number(end?.count) < count;
  const last = end?.last == null ? undefined : String(end.last);
  if (!needsStates(filter)) {
    return { matching: found.map((match) => ({ ...match, failing: noneFails })), last, hasMore: !isEnd };
  }
  const names = await readFailingNames(
    steps,
    found.map(({ id }) => id),
    checksPerPage - examined.checks,
  );
  examined.checks += names.checks;
  const matching = names.found.flatMap((failing, i) => {
    const match = found[i];
    return match === undefined || (filter.failing === true && stateOf(failing) === 0) ? [] : { ...match, failing };
  });
  const isCut = names.found.length < found.length;
  return { matching, last: isCut ? found[names.found.length - 1]?.key : last, hasMore: isCut || !isEnd };
}

export function needsStates({ failing, withStates }: ExamineFilter): boolean {
  return failing === true || withStates === true;
}

/** 2 if a check fails, 1 if the worst of them warns, else 0. */
export function stateOf({ failed, warned }: FailingNames): number {
  return failed > 0 ? 2 : warned > 0 ? 1 : 0;
}

interface Condition {
  readonly sql: string;
  readonly args: readonly InValue[];
}

function rangeOf({ prefix }: AssetFilter, after: string | undefined) {
  const range = prefix === undefined ? undefined : keyRange(prefix);
  const from: Condition =
    after === undefined ? { sql: "key >= ?", args: [range?.from ?? ""] } : { sql: "key > ?", args: [after] };
  const to: Condition = range === undefined ? { sql: "", args: [] } : { sql: " AND key < ?", args: [range.to] };
  return { from, to };
}

function conditionsOf({ search, quietSince, type }: AssetFilter): Condition {
  const sql = [type === undefined ? hasEvents : `${hasEvents.slice(0, -1)} AND scope = ${kinds[type]})`];
  const args: InValue[] = [];
  if (quietSince !== undefined) {
    sql.push(`${ranks.latest} < ?`);
    args.push(quietSince);
  }
  // One word is enough here: the longest, which is likely to match least.
  const [longest] = wordsOf(search ?? "").toSorted((a, b) => b.length - a.length);
  if (longest !== undefined) {
    sql.push(mayMatch);
    args.push(encodeKey(longest.split("/")));
  }
  return { sql: sql.join(" AND "), args };
}

const hasEvents = "EXISTS (SELECT 1 FROM summary WHERE asset_id = asset.id)";

// True for every encoded key whose text contains a word, and for few others: those whose text has its parts in quotes.
// Each key that crosses from the driver costs time.
const mayMatch = "(instr(lower(key), ?) > 0 OR instr(key, '/') > 0 OR key LIKE '[%')";

const selectEnd = (range: string) => `
  SELECT count(*) AS count, max(key) AS last, ifnull(sum(octet_length(key)), 0) AS bytes
  FROM (SELECT key FROM asset WHERE ${range} ORDER BY key LIMIT ?)`;

// Without the end of the prefix: SQLite uses one upper bound for its search, and it might choose that one.
const selectMatching = (from: string, wanted: string, rank: string, withKey: boolean) => `
  SELECT json_group_array(json_array(id, rank, is_after, ${withKey ? "key" : "NULL"})) AS rows FROM (
    SELECT id, key, ${rank} AS rank, key > ? AS is_after FROM asset
    WHERE ${from} AND key <= ? AND ${wanted} ORDER BY key LIMIT ?
  )`;

// Before every possible time.
export const never = -9e15;

export const ranks = {
  /**
   * The timestamp of the latest materialization or observation. Their summaries are neighbours, so that one search
   * finds both.
   */
  latest: `(SELECT ifnull(max(timestamp), ${never}) FROM summary
    WHERE asset_id = asset.id AND scope BETWEEN ${scopes.materializations} AND ${scopes.observations})`,
  /** Read in another way: an asset may have millions of checks. */
  state: "0",
  reports: `(SELECT sum(events) FROM summary
    WHERE asset_id = asset.id AND scope BETWEEN ${scopes.materializations} AND ${scopes.evaluations})`,
};
