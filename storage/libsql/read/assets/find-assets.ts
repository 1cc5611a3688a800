import type { AssetFilter, AssetListRequest } from "../../../event-log.ts";
import { keysPerPage } from "../../../scan/matches-search.ts";
import type { ListOfRows, ReadSteps } from "../read-steps.ts";
import type { FailingNames } from "./check-states.ts";
import {
  type ExamineFilter,
  examineAssets,
  isBudgetSpent,
  type Match,
  needsStates,
  never,
  noRank,
  nothingExamined,
  ranks,
  stateOf,
} from "./examine-assets.ts";

/** A place in a list of assets. The greatest rank comes first, then the lowest key. In a list by key the rank is null. */
export interface AssetPosition {
  readonly key: string;
  readonly rank: number | null;
}

interface FoundAsset extends AssetPosition {
  readonly id: number;
}

interface FoundAssets {
  readonly assets: readonly FoundAsset[];
  /** The last of all assets that were examined. */
  readonly last: AssetPosition | undefined;
  readonly hasMore: boolean;
}

type Request = Pick<AssetListRequest, "limit" | "order">;

/** A page of the assets after the position `from`, by encoded keys. It is shorter if many assets must be examined. */
async function findAssets(
  steps: ReadSteps,
  filter: AssetFilter,
  { limit, order = "key" }: Request,
  from: AssetPosition | undefined,
): Promise<FoundAssets> {
  if (order !== "key") return findByRank(steps, filter, { limit, order }, from);
  const { matching, last, hasMore } = await findByKey(steps, filter, noRank, limit, from);
  return { assets: matching.map(({ id, key }) => ({ id, key, rank: null })), last, hasMore };
}

/** Reads rows of the first `count` of these assets, in their order: of one at least. */
type RowsReader<Row> = (
  steps: ReadSteps,
  assets: readonly FoundAsset[],
) => Promise<{ readonly rows: readonly Row[]; readonly count: number }>;

/** The read of a list of assets whose rows `read` gives. A page ends where `read` does. */
export function assetListOf<Row>(read: RowsReader<Row>) {
  return async (
    steps: ReadSteps,
    filter: AssetFilter,
    page: Request,
    from: AssetPosition | undefined,
  ): Promise<ListOfRows<Row, AssetPosition>> => {
    const { assets, last, hasMore } = await findAssets(steps, filter, page, from);
    const { rows, count } = await read(steps, assets);
    return count === assets.length ? { rows, last, hasMore } : { rows, last: assets[count - 1], hasMore: true };
  };
}

export interface AssetStateRow extends FailingNames {
  readonly key: string;
  readonly latest: number | null;
}

/** As `findAssets` by key, with the state of each asset. */
export async function findAssetStates(
  steps: ReadSteps,
  filter: AssetFilter,
  limit: number,
  from: AssetPosition | undefined,
): Promise<ListOfRows<AssetStateRow, AssetPosition>> {
  const withStates = { ...filter, withStates: true };
  const { matching, last, hasMore } = await findByKey(steps, withStates, ranks.latest, limit, from);
  const rows = matching.map(({ key, rank, failing }) => ({ key, latest: rank === never ? null : rank, ...failing }));
  return { rows, last, hasMore };
}

async function findByKey(
  steps: ReadSteps,
  filter: ExamineFilter,
  rank: string,
  limit: number,
  from: AssetPosition | undefined,
): Promise<{ matching: readonly Match[]; last: AssetPosition | undefined; hasMore: boolean }> {
  const examined = nothingExamined();
  const matching: Match[] = [];
  // Searches and states are decided here, so SQLite can't stop at the limit.
  const isSelective = filter.search !== undefined || needsStates(filter);
  let last = from;
  let hasMore = true;
  while (hasMore && !isBudgetSpent(examined) && matching.length <= limit) {
    const most = isSelective ? keysPerPage : limit + 1 - matching.length;
    const part = await examineAssets(steps, filter, { after: last?.key, rank, most }, examined);
    for (const match of part.matching) matching.push(match);
    last = part.last === undefined ? last : { key: part.last, rank: null };
    hasMore = part.hasMore;
  }
  if (matching.length <= limit) return { matching, last, hasMore };
  const page = matching.slice(0, limit);
  return { matching: page, last: { key: page.at(-1)?.key ?? "", rank: null }, hasMore: true };
}

/** No index has these orders: each page sorts all assets that it examines. */
async function findByRank(
  steps: ReadSteps,
  filter: AssetFilter,
  { limit, order }: Request & { readonly order: Exclude<AssetListRequest["order"], "key" | undefined> },
  from: AssetPosition | undefined,
): Promise<FoundAssets> {
  const examined = nothingExamined();
  const ahead: { readonly id: number; readonly rank: number }[] = [];
  const withStates = { ...filter, withStates: order === "state" };
  let after: string | undefined;
  let hasMore = true;
  while (hasMore && !isBudgetSpent(examined)) {
    const request = { after, rank: ranks[order], most: keysPerPage, than: from?.key };
    const part = await examineAssets(steps, withStates, request, examined);
    for (const { id, rank: found, failing, isAfter } of part.matching) {
      const rank = order === "state" ? stateOf(failing) : found;
      const isAhead = from?.rank == null || rank < from.rank || (rank === from.rank && isAfter);
      if (isAhead) ahead.push({ id, rank });
    }
    after = part.last ?? after;
    hasMore = part.hasMore;
  }
  ahead.sort((a, b) => b.rank - a.rank); // a stable sort: assets of one rank stay in the order of their keys
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

async function readKeys(steps: ReadSteps, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const sql = "SELECT id, key FROM asset WHERE id IN (SELECT value FROM json_each(?))";
  const { rows } = await steps.step((client) => client.execute({ sql, args: [JSON.stringify(ids)] }));
  return new Map(rows.map(({ id, key }) => [Number(id), String(key)]));
}
