/** @jsxImportSource hono/jsx */
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { type Page, type PageContext, streamPath } from "../page/page.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { Choice, Field, InvalidFilters, KindChoice, Pager } from "../parts/controls.tsx";
import { withQuery } from "../parts/page-query.ts";
import { CheckCounts } from "../parts/state.tsx";
import { NameText } from "../parts/user-text.tsx";
import { columnsOf, failuresOf, Heads } from "./catalog-columns.tsx";
import { AssetLine, Group } from "./catalog-line.tsx";
import type { Listed } from "./catalog-list.ts";
import { type CatalogView, readCatalogView } from "./catalog-view.ts";
import { EmptyLog } from "./empty-log.tsx";

/** All assets, page by page, with their state: in groups by their keys, or sorted. */
export async function catalogPage(context: PageContext): Promise<Page> {
  const { url, caller, now } = context;
  const view = await readCatalogView(context);
  return {
    section: "assets",
    title: "Assets",
    search: view.query.search,
    searchForm: "filters",
    stream: streamPath(context),
    files: ["filters.js"],
    status: view.wrong.size > 0 ? 400 : 200,
    body: view.isEmptyLog ? <EmptyLog url={url} caller={caller} /> : <CatalogBody view={view} url={url} now={now} />,
  };
}

interface CatalogBodyProps {
  readonly view: CatalogView;
  readonly url: string;
  readonly now: number;
}

function CatalogBody({ view, url, now }: CatalogBodyProps) {
  const { wrong, list, cursor, pagerUrl, never } = view;
  const { rows, total, hasMore } = list;
  return (
    <>
      <Filters view={view} url={url} />
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {total !== undefined && rows.length > 0 && (
          <p class="total">
            {total} <CheckCounts checks={failuresOf(list.counted)} />
          </p>
        )}
        {rows.length === 0 && never === undefined && (
          <p class="none">
            {hasMore ? "Searched a part of the assets, nothing yet." : "No asset matches."}{" "}
            <a href="/">Show all assets</a>
          </p>
        )}
        {rows.length > 0 && <CatalogTable list={list} url={url} now={now} />}
        {never !== undefined && <NeverReported list={never} />}
        <Pager url={pagerUrl} page={list} cursor={cursor} next={list.next} />
      </div>
    </>
  );
}

const mostNever = 20;

/** Assets that are defined and were never reported. */
function NeverReported({ list: { rows, hasMore } }: { readonly list: Listed }) {
  const keys = rows.flatMap((row) => ("asset" in row ? [row.asset.assetKey] : []));
  return (
    <section class="never" id="never" aria-labelledby="never-title">
      <h2 id="never-title">Defined, never reported</h2>
      <ul>
        {keys.slice(0, mostNever).map((key) => (
          <li>
            <AssetLink assetKey={key} />
          </li>
        ))}
      </ul>
      {(hasMore || keys.length > mostNever) && (
        <p>
          <a href="/?state=never">All of them</a>
        </p>
      )}
    </section>
  );
}

interface FiltersProps {
  readonly view: CatalogView;
  readonly url: string;
}

function Filters({ view: { query, hasDefinitions }, url }: FiltersProps) {
  const { state, quiet, type, sort, prefix, group, owner, tag } = query;
  const states = [
    ["failing", "Failing checks"] as const,
    ...(hasDefinitions
      ? ([
          ["late", "Late"],
          ["soon", "Late soon"],
          ["never", "Never reported"],
        ] as const)
      : []),
  ];
  return (
    <form class="filters" id="filters" action="/">
      <h1>Assets</h1>
      <Choice name="state" label="State" value={state} options={states} any="Any state" />
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
        value={sort}
        any="By key"
        options={[
          ["state", "Failing first"],
          ["latest", "Latest first"],
          ["reports", "Most reports first"],
        ]}
      />
      {hasDefinitions && (
        <>
          <Field name="group" label="Group" value={group ?? null} />
          <Field name="owner" label="Owner" value={owner ?? null} hint="An e-mail address, or team:<name>" />
          <Field name="tag" label="Tag" value={tag ?? null} hint="A name, or name:value" />
        </>
      )}
      {prefix && <PrefixChip prefix={prefix} url={url} />}
      <button type="submit" class="plain">
        Apply
      </button>
    </form>
  );
}

function PrefixChip({ prefix, url }: { readonly prefix: AssetKey; readonly url: string }) {
  return (
    <span class="chip">
      below <NameText text={formatAssetKey(prefix)} most={60} />
      <input type="hidden" name="prefix" value={JSON.stringify(prefix)} />
      <a href={withQuery(url, { prefix: null, cursor: null, as_of: null })} aria-label="Show all prefixes">
        ×
      </a>
    </span>
  );
}

interface CatalogTableProps {
  readonly list: Listed;
  readonly url: string;
  readonly now: number;
}

function CatalogTable({ list, url, now }: CatalogTableProps) {
  // A group stands for all assets below it, of all owners.
  const others = { group: null, owner: null, tag: null };
  const withoutPrefix = new URLSearchParams(withQuery(url, { ...others, prefix: null, cursor: null, as_of: null }));
  const columns = columnsOf(list.rows);
  return (
    <table class="catalog">
      <thead>
        <Heads columns={columns} />
      </thead>
      <tbody id="rows" data-rows>
        {list.rows.map((row) =>
          "prefix" in row ? (
            <Group row={row} isWhole={list.isWhole(row)} page={withoutPrefix} now={now} columns={columns} />
          ) : (
            <AssetLine asset={row.asset} from={row.from} depth={row.depth} now={now} columns={columns} />
          ),
        )}
      </tbody>
    </table>
  );
}
