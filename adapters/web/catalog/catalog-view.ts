import * as v from "valibot";
import { assetKeyParameter, countParameter, searchParameter } from "../../http/query-parameters.ts";
import type { PageContext } from "../page.tsx";
import { readFromCursor, readPageQuery, withQuery } from "../page-query.ts";
import { type Listed, readGroups, readSorted } from "./catalog-list.ts";

const day = 86_400_000;

const schema = v.strictObject({
  search: v.optional(searchParameter),
  prefix: v.optional(assetKeyParameter),
  state: v.optional(v.picklist(["failing"], "failing")),
  quiet: v.optional(v.picklist(["1", "7", "30"], "1, 7 or 30 days")),
  type: v.optional(
    v.picklist(["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"], "a type of event"),
  ),
  sort: v.optional(v.picklist(["latest", "state", "reports"], "latest, state or reports")),
  cursor: v.optional(v.string()),
  /** When the first page was read: what is stale must not change from page to page. */
  as_of: v.optional(countParameter(8.64e15)),
});

/** Everything that the catalog shows. */
export interface CatalogView {
  readonly query: v.InferOutput<typeof schema>;
  /** The errors of wrong parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly list: Listed;
  /** The cursor of this page; undefined for the first. */
  readonly cursor: string | undefined;
  /** The address from which the next page is linked. */
  readonly pagerUrl: string;
  /** Whether the log has no asset at all that the caller may see. */
  readonly isEmptyLog: boolean;
}

export async function readCatalogView({ url, log, now }: PageContext): Promise<CatalogView> {
  const asked = readPageQuery(url, schema);
  const { query, valid } = asked;
  const { search, prefix, state, quiet, type, sort: order } = query;
  const asOf = query.as_of ?? now;
  const filter = {
    prefix,
    search,
    type,
    failing: state === "failing" ? true : undefined,
    quietSince: quiet === undefined ? undefined : asOf - Number(quiet) * day,
  };
  const {
    found: list,
    cursor,
    wrong,
  } = await readFromCursor(asked, query.cursor, (from) =>
    order === undefined ? readGroups(log, filter, from) : readSorted(log, filter, order, from),
  );
  return {
    query,
    wrong,
    list,
    cursor,
    pagerUrl: withQuery(url, { as_of: quiet === undefined ? null : String(asOf) }),
    isEmptyLog: list.rows.length === 0 && valid.size === 0 && wrong.size === 0,
  };
}
