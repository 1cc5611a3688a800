/** @jsxImportSource hono/jsx */
import { Description } from "../events/event-table.tsx";
import { type Page, type PageContext, streamPath } from "../page/page.tsx";
import { Ago } from "../parts/ago.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { rowId } from "../parts/asset-path.ts";
import { Field, InvalidFilters, Pager } from "../parts/controls.tsx";
import { StateBadge, stateOf } from "../parts/state.tsx";
import { Strip, stripLength } from "../parts/strip.tsx";
import { NameText } from "../parts/user-text.tsx";
import { FoldedMetadata } from "../values/metadata-list.tsx";
import { CheckLink } from "./asset-checks.tsx";
import { type ChecksView, type FailingRow, readChecksView } from "./checks-view.ts";
import type { FailingList } from "./failing-list.ts";

/** The checks that fail now: each with each of its partitions, errors before warnings. */
export async function checksPage(context: PageContext): Promise<Page> {
  const view = await readChecksView(context);
  return {
    title: "Failing checks",
    section: "checks",
    body: <ChecksBody view={view} url={context.url} now={context.now} />,
    stream: streamPath(context),
    status: view.wrong.size > 0 ? 400 : 200,
    files: ["filters.js"],
  };
}

interface ChecksBodyProps {
  readonly view: ChecksView;
  readonly url: string;
  readonly now: number;
}

function ChecksBody({ view, url, now }: ChecksBodyProps) {
  const { prefix, wrong, list, rows, page, cursor } = view;
  return (
    <>
      <form class="filters" id="filters" action="/checks">
        <h1 class="said-nowhere-else">Failing checks</h1>
        <Field name="prefix" label="Key prefix" value={prefix} isWrong={wrong.has("prefix")} />
        <button type="submit" class="plain">
          Apply
        </button>
      </form>
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {rows.length > 0 && <Total view={view} />}
        {rows.length === 0 ? (
          <p class="none">
            <StateBadge
              state="passed"
              text={page.hasMore ? "Searched a part of the assets, nothing yet." : "No check is failing."}
            />
          </p>
        ) : (
          <ChecksTable rows={rows} now={now} />
        )}
        {list.cutAsset !== undefined && list.checks.includes(list.cutAsset) && (
          <p class="soft">
            More fail of <AssetLink assetKey={list.cutAsset.assetKey} eventId={list.cutAsset.id} />
          </p>
        )}
        <Pager url={url} page={page} cursor={cursor} next="Next checks" />
      </div>
    </>
  );
}

function Total({ view: { list, shown, isWhole } }: { readonly view: ChecksView }) {
  return (
    <p class="total">
      <Counts list={list} />
      {!isWhole && (
        <span class="soft">
          , {(list.before + 1).toLocaleString("en")} to {(list.before + shown).toLocaleString("en")} here, by asset
        </span>
      )}
    </p>
  );
}

/** How many checks fail and warn: of all, or of as many as are sorted together. */
function Counts({ list: { counts, isFirst, isMore } }: { readonly list: FailingList }) {
  const texts = (["failed", "warned"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state].toLocaleString("en")}${isMore ? "+" : ""} ${state}`);
  return <>{`${isFirst ? "" : "Further on: "}${texts.join(", ")}`}</>;
}

function ChecksTable({ rows, now }: { readonly rows: readonly FailingRow[]; readonly now: number }) {
  return (
    <table class="checks">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Check</th>
          <th scope="col">Failing since</th>
          <th scope="col" class="wide">
            Last {stripLength}
          </th>
          <th scope="col">Details</th>
        </tr>
      </thead>
      <tbody id="rows" data-rows>
        {rows.map((row) => (
          <CheckRow row={row} now={now} />
        ))}
      </tbody>
    </table>
  );
}

interface CheckRowProps {
  readonly row: FailingRow;
  readonly now: number;
}

function CheckRow({ row: { check, history, since, isKnown }, now }: CheckRowProps) {
  const { id, assetKey, checkName, partition } = check;
  return (
    <tr id={rowId("c", [JSON.stringify([assetKey, checkName, partition])])}>
      <td>
        <StateBadge state={stateOf(check)} />
      </td>
      <th scope="row">
        <CheckLink check={check} />
        <AssetLink assetKey={assetKey} eventId={id} />
        {partition !== null && (
          <span class="soft">
            {" "}
            partition <NameText text={partition} most={60} />
          </span>
        )}
      </th>
      <td class="when">
        {!isKnown && <span class="soft">at least </span>}
        <Ago time={since} now={now} />
      </td>
      <td class="wide">
        <Strip marks={history} />
      </td>
      <td class="said">
        <Description event={check} />
        <FoldedMetadata event={check} now={now} />
        <p class="soft">
          evaluated <Ago time={check.timestamp} now={now} />, <a href={`/events/${id}`}>event {id}</a>
        </p>
      </td>
    </tr>
  );
}
