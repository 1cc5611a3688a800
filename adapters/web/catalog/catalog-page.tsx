/** @jsxImportSource hono/jsx */
import * as v from "valibot";
import { formatAssetKey } from "../../../core/index.ts";
import { assetKeyParameter, countParameter, searchParameter } from "../../http/query-parameters.ts";
import { type Page, type PageContext, streamPath } from "../page.tsx";
import { readFromCursor, readPageQuery, withQuery } from "../page-query.ts";
import { Choice, InvalidFilters, KindChoice, Pager } from "../parts/controls.tsx";
import { CheckCounts } from "../parts/state.tsx";
import { stripLength } from "../parts/strip.tsx";
import { NameText } from "../values/user-text.tsx";
import { AssetLine, failuresOf, Group } from "./catalog-line.tsx";
import { readGroups, readSorted } from "./catalog-list.ts";
import { EmptyLog } from "./empty-log.tsx";

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
  /** When the first page was asked for: a cursor belongs to one moment's idea of stale. */
  as_of: v.optional(countParameter(8.64e15)),
});

/** All assets, page by page, each with its state at a glance: in groups by their keys, or sorted. */
export async function catalogPage(visit: PageContext): Promise<Page> {
  const { url, caller, now } = visit;
  const asked = readPageQuery(url, schema);
  const { query, said } = asked;
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
  } = await readFromCursor(asked, query.cursor, (cursor) =>
    order === undefined ? readGroups(visit.log, filter, cursor) : readSorted(visit.log, filter, order, cursor),
  );
  const { rows } = list;
  const isEmpty = rows.length === 0 && said.size === 0 && wrong.size === 0;
  const rest = {
    place: "assets",
    title: "Assets",
    search,
    searchForm: "filters",
    stream: streamPath(visit),
    files: ["filters.js"],
    status: wrong.size > 0 ? 400 : 200,
  } as const;
  if (isEmpty) return { ...rest, body: <EmptyLog url={url} caller={caller} /> };
  const ofPrefix = new URLSearchParams(withQuery(url, { prefix: null, cursor: null, as_of: null }));
  const body = (
    <>
      <form class="filters" id="filters" action="/">
        <h1>Assets</h1>
        <Choice name="state" label="State" value={state} options={[["failing", "Failing checks"]]} any="Any state" />
        <Choice
          name="quiet"
          label="Stale"
          value={quiet}
          any="Fresh or stale"
          options={[
            ["1", "Stale for a day"],
            ["7", "Stale for a week"],
            ["30", "Stale for a month"],
          ]}
        />
        <KindChoice value={type} />
        <Choice
          name="sort"
          label="Order"
          value={order}
          any="By key"
          options={[
            ["state", "Failing first"],
            ["latest", "Latest first"],
            ["reports", "Most reports first"],
          ]}
        />
        {prefix && (
          <span class="chip">
            below <NameText text={formatAssetKey(prefix)} most={60} />
            <input type="hidden" name="prefix" value={JSON.stringify(prefix)} />
            <a href={withQuery(url, { prefix: null, cursor: null, as_of: null })} aria-label="Show all prefixes">
              ×
            </a>
          </span>
        )}
        <button type="submit" class="plain">
          Apply
        </button>
      </form>
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {list.said !== undefined && rows.length > 0 && (
          <p class="total">
            {list.said} <CheckCounts checks={failuresOf(list.counted)} />
          </p>
        )}
        {rows.length === 0 ? (
          <p class="none">
            {list.hasMore ? "Searched a part of the assets, nothing yet." : "No asset matches."}{" "}
            <a href="/">Show all assets</a>
          </p>
        ) : (
          <table class="catalog">
            <thead>
              <tr>
                <th scope="col">Asset</th>
                <th scope="col" class="wide">
                  Last {stripLength} reports
                </th>
                <th scope="col">Latest</th>
                <th scope="col">Checks</th>
                <th scope="col" class="wide number">
                  Partitions
                </th>
                <th scope="col" class="wide">
                  Data version
                </th>
              </tr>
            </thead>
            <tbody id="rows" data-rows>
              {rows.map((row) =>
                "prefix" in row ? (
                  <Group row={row} isWhole={list.isWhole(row)} page={ofPrefix} now={now} />
                ) : (
                  <AssetLine asset={row.asset} from={row.from} depth={row.depth} now={now} />
                ),
              )}
            </tbody>
          </table>
        )}
        <Pager
          url={withQuery(url, { as_of: quiet === undefined ? null : String(asOf) })}
          page={list}
          cursor={cursor}
          next={list.next}
        />
      </div>
    </>
  );
  return { ...rest, body };
}
