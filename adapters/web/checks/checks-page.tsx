/** @jsxImportSource hono/jsx */
import * as v from "valibot";
import { formatAssetKey } from "../../../core/index.ts";
import type { CheckHistory, EventMark } from "../../../storage/index.ts";
import { assetKeyParameter } from "../../http/query-parameters.ts";
import { Description } from "../events/event-table.tsx";
import { type Page, type PageContext, streamPath } from "../page.tsx";
import { rawOf, readFromCursor, readPageQuery } from "../page-query.ts";
import { Ago } from "../parts/ago.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { rowId } from "../parts/asset-path.ts";
import { Field, InvalidFilters, Pager } from "../parts/controls.tsx";
import { StateBadge, stateOf } from "../parts/state.tsx";
import { Strip, stripLength } from "../parts/strip.tsx";
import { FoldedMetadata } from "../values/metadata-list.tsx";
import { NameText } from "../values/user-text.tsx";
import { CheckLink } from "./asset-checks.tsx";
import { type Evaluation, readEvaluations } from "./evaluations.ts";
import { type FailingList, isWarning, type ListedCheck, readFailingList } from "./failing-list.ts";

const mostChecks = 100;

const schema = v.strictObject({ prefix: v.optional(assetKeyParameter), cursor: v.optional(v.string()) });

/** What fails now: each check with each of its partitions, all errors before the warnings. */
export async function checksPage(visit: PageContext): Promise<Page> {
  const { url, log, now } = visit;
  const asked = readPageQuery(url, schema);
  const { prefix } = asked.query;
  const {
    found: list,
    cursor,
    wrong,
  } = await readFromCursor(asked, asked.query.cursor, (cursor) => readFailingList(log, prefix, cursor, mostChecks));
  const events = await readEvaluations(
    log,
    list.checks.map(({ id }) => id),
  );
  const histories = await log.checkHistories(events, stripLength);
  const rows = events.map((check, i) => failingCheck(check, histories[i] ?? { evaluations: [], total: 0 }));
  const last = shownLast(list.checks, events);
  const shown = last === undefined ? 0 : list.checks.indexOf(last) + 1;
  const page = { cursor: list.cursorAfter(last), hasMore: list.hasMore || shown < list.checks.length };
  const isWhole = list.before === 0 && shown === list.counts.failed + list.counts.warned;
  // By what began to fail last where all of them stand here; the order of several pages must not change with each report.
  const sorted = isWhole
    ? rows.toSorted((a, b) => Number(isWarning(a.check)) - Number(isWarning(b.check)) || b.since - a.since)
    : rows;
  const body = (
    <>
      <form class="filters" id="filters" action="/checks">
        <h1 class="said-nowhere-else">Failing checks</h1>
        <Field
          name="prefix"
          label="Key prefix"
          value={prefix === undefined ? rawOf(url, "prefix") : formatAssetKey(prefix)}
          isWrong={wrong.has("prefix")}
        />
        <button type="submit" class="plain">
          Apply
        </button>
      </form>
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {sorted.length > 0 && (
          <p class="total">
            <Counts list={list} />
            {!isWhole && (
              <span class="soft">
                , {(list.before + 1).toLocaleString("en")} to {(list.before + shown).toLocaleString("en")} here, by
                asset
              </span>
            )}
          </p>
        )}
        {sorted.length === 0 ? (
          <p class="none">
            <StateBadge
              state="passed"
              text={page.hasMore ? "Searched a part of the assets, nothing yet." : "No check is failing."}
            />
          </p>
        ) : (
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
              {sorted.map((row) => (
                <CheckRow row={row} now={now} />
              ))}
            </tbody>
          </table>
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
  const stream = streamPath(visit);
  const status = wrong.size > 0 ? 400 : 200;
  return { title: "Failing checks", place: "checks", body, stream, status, files: ["filters.js"] };
}

/** The last check whose evaluation was read: those of a page may be too large together. */
function shownLast(checks: readonly ListedCheck[], events: readonly Evaluation[]): ListedCheck | undefined {
  const id = events.at(-1)?.id;
  return id === undefined ? checks.at(-1) : checks.find((check) => check.id === id);
}

/** How many fail and warn: of all, or of as many as are put in order. */
function Counts({ list: { counts, isFirst, isMore } }: { readonly list: FailingList }) {
  const said = (["failed", "warned"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state].toLocaleString("en")}${isMore ? "+" : ""} ${state}`);
  return <>{`${isFirst ? "" : "Further on: "}${said.join(", ")}`}</>;
}

interface FailingRow {
  readonly check: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
  /** When the first of the evaluations came that have failed without a break. */
  readonly since: number;
  /** False where all that was looked at failed, and there is more. */
  readonly isKnown: boolean;
}

function failingCheck(check: Evaluation, { evaluations, total }: CheckHistory): FailingRow {
  const passed = evaluations.findIndex((mark) => mark.passed === true);
  const failures = passed === -1 ? evaluations : evaluations.slice(0, passed);
  return {
    check,
    history: evaluations,
    since: failures.reduce((since, { timestamp }) => Math.min(since, timestamp), check.timestamp),
    isKnown: passed !== -1 || evaluations.length === total,
  };
}

function CheckRow({
  row: { check, history, since, isKnown },
  now,
}: {
  readonly row: FailingRow;
  readonly now: number;
}) {
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
