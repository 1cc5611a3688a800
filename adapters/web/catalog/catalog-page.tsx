/** @jsxImportSource hono/jsx */
import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { AssetMark, AssetState } from "../../../storage/index.ts";
import { assetKeyParameter, countParameter, searchParameter } from "../../http/query-parameters.ts";
import { Ago } from "../ago.tsx";
import { AssetLink, AssetName } from "../asset-link.tsx";
import { Choice, InvalidFilters, Pager } from "../controls.tsx";
import type { Page } from "../page.tsx";
import { type PageContext, streamPath } from "../page-context.ts";
import { readFromCursor, readPageQuery, withQuery } from "../page-query.ts";
import { rowId } from "../row-id.ts";
import { CheckCounts, type StateCounts } from "../state.tsx";
import { Strip, stripLength } from "../strip.tsx";
import { pageBudget } from "../values/page-budget.ts";
import { NameText } from "../values/user-text.tsx";
import { type Line, readGroups, readSorted } from "./catalog-list.ts";
import type { GroupRow } from "./catalog-rows.ts";
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
        <Choice
          name="type"
          label="Kind"
          value={type}
          any="Any kind"
          options={[
            ["ASSET_MATERIALIZATION", "Materialized"],
            ["ASSET_OBSERVATION", "Observed"],
            ["ASSET_CHECK_EVALUATION", "Checked"],
          ]}
        />
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

interface GroupProps {
  readonly row: GroupRow<AssetState>;
  readonly isWhole: boolean;
  /** The parameters of this page, less those of where it is. */
  readonly page: URLSearchParams;
  readonly now: number;
}

function Group({ row: { prefix, from, depth, assets, isOpen }, isWhole, page, now }: GroupProps) {
  const count = (
    <span class="soft count">
      {assets.length.toLocaleString("en")}
      {!isWhole && "+"}
    </span>
  );
  const failures = <CheckCounts checks={failuresOf(assets)} />;
  if (isOpen) {
    return (
      <tr class="group" id={rowId("g", prefix)} data-depth={depth}>
        <th scope="colgroup" colspan={6} class={indent(depth)}>
          <FoldButton prefix={prefix} />
          <PrefixLink prefix={prefix} from={from} page={page} /> {count}
          <span class="folded-state">{failures}</span>
        </th>
      </tr>
    );
  }
  const latest = assets.reduce<number>((latest, asset) => Math.max(latest, asset.latest ?? never), never);
  return (
    <tr class="group closed" id={rowId("g", prefix)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M6 4l4 4-4 4" />
        </svg>
        <PrefixLink prefix={prefix} from={from} page={page} /> {count}
      </th>
      <td class="wide" />
      <td class="when">{latest === never ? <span class="soft">never</span> : <Ago time={latest} now={now} />}</td>
      <td>{failures}</td>
      <td class="wide" />
      <td class="wide" />
    </tr>
  );
}

function FoldButton({ prefix }: { readonly prefix: AssetKey }) {
  const { text } = pageBudget().cut(formatAssetKey(prefix), 120);
  return (
    <button type="button" class="fold scripted" aria-label={`Assets below ${text}`} aria-expanded="true">
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 6l4 4 4-4" />
      </svg>
    </button>
  );
}

interface PrefixLinkProps {
  readonly prefix: AssetKey;
  readonly from: number;
  /** The parameters of this page, less those of where it is. */
  readonly page: URLSearchParams;
}

function PrefixLink({ prefix, from, page }: PrefixLinkProps) {
  const length = prefix.reduce((sum, part) => sum + part.length + 3, 0);
  const href = pageBudget().address(length, () => {
    const query = new URLSearchParams(page);
    query.set("prefix", JSON.stringify(prefix));
    return `?${query}`;
  });
  const name = <AssetName assetKey={prefix} from={from} />;
  return href === undefined ? <span>{name}</span> : <a href={href}>{name}</a>;
}

function failuresOf(assets: readonly AssetState[]): StateCounts {
  const sum = (state: "warned" | "failed") => assets.reduce((sum, asset) => sum + asset[state], 0);
  return { passed: 0, warned: sum("warned"), failed: sum("failed") };
}

interface AssetLineProps {
  readonly asset: Line;
  readonly from: number;
  readonly depth: number;
  readonly now: number;
}

function AssetLine({ asset, from, depth, now }: AssetLineProps) {
  const { assetKey, marks, checks, counts, dataVersion, latestMaterialization, latestObservation } = asset;
  const isObserved = (latestObservation?.timestamp ?? never) > (latestMaterialization?.timestamp ?? never);
  const latest = isObserved ? latestObservation : latestMaterialization;
  return (
    <tr id={rowId("a", assetKey)} data-depth={depth}>
      <th scope="row" class={indent(depth)}>
        <AssetLink assetKey={assetKey} from={from} eventId={marks[0]?.id} />
      </th>
      <td class="wide">
        <Strip marks={marks} />
      </td>
      <td class="when">
        {latest === null ? (
          <span class="soft">never</span>
        ) : (
          <>
            {isObserved && <span class="soft">seen </span>}
            <Ago time={latest.timestamp} now={now} />
          </>
        )}
      </td>
      <td>
        <CheckCounts checks={checks} />
      </td>
      <td class="wide number">{counts.partitions === 0 ? "" : partitionCount(asset)}</td>
      <td class="wide version">{dataVersion !== null && <NameText text={dataVersion} most={40} />}</td>
    </tr>
  );
}

/** How many partitions an asset has, or that it has more. */
export function partitionCount({ counts, hasMorePartitions }: AssetMark): string {
  return counts.partitions.toLocaleString("en") + (hasMorePartitions ? "+" : "");
}

const never = Number.NEGATIVE_INFINITY;

function indent(depth: number): string {
  return `indent-${Math.min(depth, 6)}`;
}
