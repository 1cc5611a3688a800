/** @jsxImportSource hono/jsx */
import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { CheckHistory, EventMark } from "../../../storage/index.ts";
import { assetKeyParameter } from "../../http/query-parameters.ts";
import { Ago } from "../ago.tsx";
import { AssetLink } from "../asset-link.tsx";
import { Field, InvalidFilters, Pager } from "../controls.tsx";
import { Description } from "../events/event-table.tsx";
import type { Page } from "../page.tsx";
import { type PageContext, streamPath } from "../page-context.ts";
import { rawOf, readPageQuery } from "../page-query.ts";
import { rowId } from "../row-id.ts";
import { StateBadge, stateOf } from "../state.tsx";
import { Strip, stripLength } from "../strip.tsx";
import { FoldedMetadata } from "../values/metadata-list.tsx";
import { NameText } from "../values/user-text.tsx";
import { CheckLink } from "./asset-checks.tsx";
import { type Evaluation, readEvaluations } from "./evaluations.ts";

const assetsPerPage = 50;
const mostChecks = 100;

const schema = v.strictObject({ prefix: v.optional(assetKeyParameter), cursor: v.optional(v.string()) });

/** What fails now: each check with each of its partitions, errors first, then what began to fail last. */
export async function checksPage(visit: PageContext): Promise<Page> {
  const { url, log, now } = visit;
  const { query, wrong } = readPageQuery(url, schema);
  const { prefix, cursor } = query;
  const { page, failing } = await readFailing(visit, prefix, cursor);
  const events = await readEvaluations(
    log,
    failing.slice(0, mostChecks).map(({ id }) => id),
  );
  const histories = await log.checkHistories(events, stripLength);
  const found = events.map((check, i) => failingCheck(check, histories[i] ?? { evaluations: [], total: 0 }));
  const sorted = found.sort(
    (a, b) => Number(a.check.severity === "WARN") - Number(b.check.severity === "WARN") || b.since - a.since,
  );
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
        {failing.length > sorted.length && (
          <p class="soft">
            The first {sorted.length}; more fail of{" "}
            <AssetLink assetKey={failing[sorted.length]?.assetKey ?? []} eventId={failing[sorted.length]?.id} />
          </p>
        )}
        <Pager url={url} page={page} cursor={cursor} next={`Checks of the next ${assetsPerPage} assets`} />
      </div>
    </>
  );
  const stream = streamPath(visit);
  const status = wrong.size > 0 ? 400 : 200;
  return { title: "Failing checks", place: "checks", body, stream, status, files: ["filters.js"] };
}

/** As many assets as have no more failures together than a page shows, and one at least. */
async function readFailing({ log }: PageContext, prefix: AssetKey | undefined, cursor: string | undefined) {
  const filter = { failing: true, prefix };
  const page = await log.assetMarks(filter, { limit: assetsPerPage, cursor });
  const keys = page.assets.map(({ assetKey }) => assetKey);
  const found = await log.failingChecks(keys, mostChecks + 1);
  const failing = found.map((checks, i) => checks.map((check) => ({ ...check, assetKey: keys[i] ?? [] })));
  let count = 0;
  const fitPage = failing.findIndex((checks) => {
    count += checks.length;
    return count > mostChecks;
  });
  if (fitPage === -1) return { page, failing: failing.flat() };
  const limit = Math.max(1, fitPage);
  return { page: await log.assetMarks(filter, { limit, cursor }), failing: failing.slice(0, limit).flat() };
}

interface FailingCheck {
  readonly check: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
  /** When the first of the evaluations came that have failed without a break. */
  readonly since: number;
  /** False where all that was looked at failed, and there is more. */
  readonly isKnown: boolean;
}

function failingCheck(check: Evaluation, { evaluations, total }: CheckHistory): FailingCheck {
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
  readonly row: FailingCheck;
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
