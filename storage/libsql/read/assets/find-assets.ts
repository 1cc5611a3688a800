import type { InValue, Row } from "@libsql/client";
import type { AssetFilter, AssetListRequest } from "../../../event-log.ts";
import { keyBytesPerPage, keysPerPage, matchesSearch, wordsOf } from "../../../matches-search.ts";
import { kinds } from "../../write/event-row.ts";
import { decodeKey, encodeKey, keyRange } from "../../write/sortable-text.ts";
import { scopes } from "../../write/summaries.ts";
import type { ReadSteps } from "../read-steps.ts";
import { type FailingNames, noneFails, readFailingNames } from "./check-states.ts";
import type { ListOfRows } from "./read-lists.ts";

/** How many summaries of checks a page looks through, where their outcome matters. */
export const checksPerPage = 200_000;
const keysPerStep = 500;
const noRank = "NULL";

/** What a list is ordered by: the greatest rank first, then by key; the rank is null in a list by key alone. */
export interface AssetPosition {
  readonly key: string;
  readonly rank: number | null;
}

export interface FoundAsset extends AssetPosition {
  readonly id: number;
}

export interface FoundAssets {
  readonly assets: readonly FoundAsset[];
  /** What stands last of all that was looked at. */
  readonly last: AssetPosition | undefined;
  readonly hasMore: boolean;
}

/** A page of what was read of found assets: of the first `count` of them, which may be fewer than were found. */
export function pageOf<Row>(
  { assets, last, hasMore }: FoundAssets,
  { rows, count }: { readonly rows: readonly Row[]; readonly count: number },
): ListOfRows<Row, AssetPosition> {
  return count === assets.length ? { rows, last, hasMore } : { rows, last: assets[count - 1], hasMore: true };
}

type Request = Pick<AssetListRequest, "limit" | "order">;

/** The assets after the position `from`, by encoded keys: a page of them, or fewer where much has to be looked at. */
export async function findAssets(
  steps: ReadSteps,
  filter: AssetFilter,
  { limit, order = "key" }: Request,
  from: AssetPosition | undefined,
): Promise<FoundAssets> {
  return order === "key" ? findByKey(steps, filter, limit, from) : findByRank(steps, filter, { limit, order }, from);
}

async function findByKey(
  steps: ReadSteps,
  filter: AssetFilter,
  limit: number,
  from: AssetPosition | undefined,
): Promise<FoundAssets> {
  const looked = nothingLooked();
  const assets: FoundAsset[] = [];
  const isSelective = filter.search !== undefined || filter.failing === true;
  let last = from;
  let hasMore = true;
  while (hasMore && !isEnough(looked) && assets.length <= limit) {
    // What is searched is matched here, so SQLite can't know when there is enough.
    const most = isSelective ? keysPerPage : limit + 1 - assets.length;
    const part = await look(steps, filter, { after: last?.key, rank: noRank, most }, looked);
    for (const { id, key } of part.matching) assets.push({ id, key, rank: null });
    last = part.last === undefined ? last : { key: part.last, rank: null };
    hasMore = part.hasMore;
  }
  if (assets.length <= limit) return { assets, last, hasMore };
  const page = assets.slice(0, limit);
  return { assets: page, last: page.at(-1), hasMore: true };
}

export interface AssetStateRow extends FailingNames {
  readonly key: string;
  readonly latest: number | null;
}

/** The states of the assets after the position `from`, by key: of a page of them, or of fewer as in `findAssets`. */
export async function findAssetStates(
  steps: ReadSteps,
  filter: AssetFilter,
  limit: number,
  from: AssetPosition | undefined,
): Promise<ListOfRows<AssetStateRow, AssetPosition>> {
  const looked = nothingLooked();
  const found: AssetStateRow[] = [];
  let last = from;
  let hasMore = true;
  while (hasMore && !isEnough(looked) && found.length <= limit) {
    const request = { after: last?.key, rank: ranks.latest, most: keysPerPage };
    const part = await look(steps, { ...filter, withStates: true }, request, looked);
    for (const { key, rank, failing } of part.matching) {
      found.push({ key, latest: rank === never ? null : rank, ...failing });
    }
    last = part.last === undefined ? last : { key: part.last, rank: null };
    hasMore = part.hasMore;
  }
  if (found.length <= limit) return { rows: found, last, hasMore };
  const rows = found.slice(0, limit);
  return { rows, last: { key: rows.at(-1)?.key ?? "", rank: null }, hasMore: true };
}

/** No index holds these orders: all keys that are looked at are sorted, for each page anew. */
async function findByRank(
  steps: ReadSteps,
  filter: AssetFilter,
  { limit, order }: Request & { readonly order: Exclude<AssetListRequest["order"], "key" | undefined> },
  from: AssetPosition | undefined,
): Promise<FoundAssets> {
  const looked = nothingLooked();
  const ahead: { readonly id: number; readonly rank: number }[] = [];
  const withStates = { ...filter, withStates: order === "state" };
  let after: string | undefined;
  let hasMore = true;
  while (hasMore && !isEnough(looked)) {
    const request = { after, rank: ranks[order], most: keysPerPage, than: from?.key };
    const part = await look(steps, withStates, request, looked);
    for (const { id, rank: found, failing, isAfter } of part.matching) {
      const rank = order === "state" ? stateOf(failing) : found;
      const isAhead = from?.rank == null || rank < from.rank || (rank === from.rank && isAfter);
      if (isAhead) ahead.push({ id, rank });
    }
    after = part.last ?? after;
    hasMore = part.hasMore;
  }
  ahead.sort((a, b) => b.rank - a.rank); // which leaves those of one rank in the order of their keys
  const page = ahead.slice(0, limit);
  const keys = await readKeys(
    steps,
    page.map(({ id }) => id),
  );
  const assets = page.flatMap(({ id, rank }) => {
    const key = keys.get(id);
    return key === undefined ? [] : { id, key, rank };
  });
  return { assets, last: assets.at(-1) ?? from, hasMore: ahead.length > limit };
}

interface Looked {
  keys: number;
  bytes: number;
  checks: number;
}

function nothingLooked(): Looked {
  return { keys: 0, bytes: 0, checks: 0 };
}

function isEnough({ keys, bytes, checks }: Looked): boolean {
  return keys >= keysPerPage || bytes >= keyBytesPerPage || checks >= checksPerPage;
}

/** How many more keys a page may look at, where they are as long as those before. */
function keysLeft({ keys, bytes }: Looked): number {
  if (keys === 0) return 100;
  const asLong = Math.ceil(((keyBytesPerPage - bytes) * keys) / Math.max(bytes, 1));
  return Math.max(1, Math.min(keysPerPage - keys, asLong));
}

interface LookRequest {
  /** Looks at keys after this one. */
  readonly after: string | undefined;
  /** In SQL. */
  readonly rank: string;
  /** How many matches are wanted at most. */
  readonly most: number;
  /** The key that `isAfter` compares with. */
  readonly than?: string | undefined;
}

interface Match {
  readonly id: number;
  readonly key: string;
  readonly rank: number;
  /** None where nobody asked. */
  readonly failing: FailingNames;
  readonly isAfter: boolean;
}

/** Of a match its id, rank, whether it is after, and its key: one text, since every row from the driver has its price. */
type PackedRow = readonly [number, number | null, 0 | 1, string | null];

interface Part {
  readonly matching: readonly Match[];
  readonly last: string | undefined;
  readonly hasMore: boolean;
}

interface LookFilter extends AssetFilter {
  readonly withStates?: boolean;
}

/** Looks at some keys, in their order, and counts what that took. */
async function look(
  steps: ReadSteps,
  filter: LookFilter,
  { after, rank, most, than = "" }: LookRequest,
  looked: Looked,
): Promise<Part> {
  const { from, to } = rangeOf(filter, after);
  const wanted = conditionsOf(filter);
  const count = Math.min(keysPerStep * steps.scale, keysLeft(looked));
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
  looked.keys += Number(end?.count);
  looked.bytes += Number(end?.bytes);
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
    checksPerPage - looked.checks,
  );
  looked.checks += names.checks;
  const matching = names.found.flatMap((failing, i) => {
    const match = found[i];
    return match === undefined || (filter.failing === true && stateOf(failing) === 0) ? [] : { ...match, failing };
  });
  const isCut = names.found.length < found.length;
  return { matching, last: isCut ? found[names.found.length - 1]?.key : last, hasMore: isCut || !isEnd };
}

function needsStates({ failing, withStates }: LookFilter): boolean {
  return failing === true || withStates === true;
}

/** 2 where a check fails, 1 where none does more than warn, else 0. */
function stateOf({ failed, warned }: FailingNames): number {
  return failed > 0 ? 2 : warned > 0 ? 1 : 0;
}

async function readKeys(steps: ReadSteps, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const sql = "SELECT id, key FROM asset WHERE id IN (SELECT value FROM json_each(?))";
  const { rows } = await steps.step((client) => client.execute({ sql, args: [JSON.stringify(ids)] }));
  return new Map(rows.map(({ id, key }) => [Number(id), String(key)]));
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
  // One word is enough here, the one that most likely finds least.
  const [longest] = wordsOf(search ?? "").toSorted((a, b) => b.length - a.length);
  if (longest !== undefined) {
    sql.push(mayMatch);
    args.push(encodeKey(longest.split("/")));
  }
  return { sql: sql.join(" AND "), args };
}

const hasEvents = "EXISTS (SELECT 1 FROM summary WHERE asset_id = asset.id)";

// True for every encoded key whose text contains a word, and for few others: those whose text has its parts in quotes.
// What crosses from the driver has its price.
const mayMatch = "(instr(lower(key), ?) > 0 OR instr(key, '/') > 0 OR key LIKE '[%')";

const selectEnd = (range: string) => `
  SELECT count(*) AS count, max(key) AS last, ifnull(sum(octet_length(key)), 0) AS bytes
  FROM (SELECT key FROM asset WHERE ${range} ORDER BY key LIMIT ?)`;

// Without the end of the prefix: SQLite takes one upper bound for its search, and it might take that one.
const selectMatching = (from: string, wanted: string, rank: string, withKey: boolean) => `
  SELECT json_group_array(json_array(id, rank, is_after, ${withKey ? "key" : "NULL"})) AS rows FROM (
    SELECT id, key, ${rank} AS rank, key > ? AS is_after FROM asset
    WHERE ${from} AND key <= ? AND ${wanted} ORDER BY key LIMIT ?
  )`;

// Before every time that there is.
const never = -9e15;

const ranks = {
  /** The timestamp of the latest materialization or observation: neighbours, so that one look finds both. */
  latest: `(SELECT ifnull(max(timestamp), ${never}) FROM summary
    WHERE asset_id = asset.id AND scope BETWEEN ${scopes.materializations} AND ${scopes.observations})`,
  /** It is read otherwise: an asset's checks may be millions. */
  state: "0",
  reports: `(SELECT sum(events) FROM summary
    WHERE asset_id = asset.id AND scope BETWEEN ${scopes.materializations} AND ${scopes.evaluations})`,
};
