import * as v from "valibot";
import { assetKeyParameter, countParameter, searchParameter } from "../../http/query-parameters.ts";
import type { PageContext } from "../page/page.tsx";
import { readFromCursor, readPageQuery, withQuery } from "../parts/page-query.ts";
import { addFreshness, type Listed, readGroups, readSorted } from "./catalog-list.ts";
import { readDefined } from "./defined-list.ts";
import { readLate } from "./late-list.ts";

const day = 86_400_000;

const aName = "text of at most 200 characters";
const nameParameter = v.pipe(v.string(aName), v.maxLength(200, aName));

const schema = v.strictObject({
  search: v.optional(searchParameter),
  prefix: v.optional(assetKeyParameter),
  state: v.optional(v.picklist(["failing", "late", "soon", "never"], "failing, late, soon or never")),
  group: v.optional(nameParameter),
  owner: v.optional(nameParameter),
  tag: v.optional(nameParameter),
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
  /** Whether anything is defined, so that there is something to filter by. */
  readonly hasDefinitions: boolean;
  /** Assets that are defined and were never reported: the first ones, on the first page of all assets. */
  readonly never: Listed | undefined;
  /** Whether the log has no asset at all that the caller may see. */
  readonly isEmptyLog: boolean;
}

export async function readCatalogView(context: PageContext): Promise<CatalogView> {
  const { url, log, definitions, watching, now } = context;
  const asked = readPageQuery(url, schema);
  const { query, valid } = asked;
  const { search, prefix, state, quiet, type, sort: order, group, owner, tag } = query;
  const isDefined = [group, owner, tag].some((value) => value !== undefined) || state === "never";
  const hasDefinitions = await definitions.hasAny();
  const source = { log, definitions, watching };
  const freshness = state === "late" ? "FAIL" : state === "soon" ? "WARN" : undefined;
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
  } = await readFromCursor(asked, query.cursor, (from) => {
    if (freshness !== undefined) return readLate(source, { group, owner, tag, freshness }, filter, from);
    if (isDefined) return readDefined(source, { group, owner, tag, never: state === "never" }, filter, from);
    return order === undefined ? readGroups(log, filter, from) : readSorted(log, filter, order, from);
  });
  const isWhole =
    !isDefined && cursor === undefined && state === undefined && quiet === undefined && type === undefined;
  const never = hasDefinitions && isWhole ? await readDefined(source, { never: true }, filter, undefined) : undefined;
  return {
    query,
    wrong,
    list: await addFreshness(watching, list),
    cursor,
    pagerUrl: withQuery(url, { as_of: quiet === undefined ? null : String(asOf) }),
    hasDefinitions,
    never: never !== undefined && never.rows.length > 0 ? never : undefined,
    isEmptyLog: list.rows.length === 0 && (never?.rows.length ?? 0) === 0 && valid.size === 0 && wrong.size === 0,
  };
}
