/** @jsxImportSource hono/jsx */
import * as v from "valibot";
import { type AssetCheckEvaluation, type AssetKey, formatAssetKey, type RecordedEvent } from "../../core/index.ts";
import type { CheckHistory, EventMark } from "../../storage/index.ts";
import { assetKeyParameter } from "../http/query-parameters.ts";
import { Ago } from "./ago.tsx";
import { isEvaluation } from "./asset-checks.tsx";
import { AssetLink } from "./asset-link.tsx";
import { eventsPath } from "./asset-path.ts";
import { Field, Pager } from "./controls.tsx";
import { FoldedMetadata } from "./metadata-list.tsx";
import type { Page } from "./page.tsx";
import { readPageQuery } from "./page-query.ts";
import { rowId } from "./row-id.ts";
import { StateBadge, stateOf } from "./state.tsx";
import { Strip, stripLength } from "./strip.tsx";
import { UserText } from "./user-text.tsx";
import { streamPath, type Visit } from "./visit.ts";

const assetsPerPage = 50;
const mostChecks = 100;

const schema = v.strictObject({ prefix: v.optional(assetKeyParameter), cursor: v.optional(v.string()) });

type Evaluation = RecordedEvent & AssetCheckEvaluation;

/** What fails now: each check with each of its partitions, errors first, then what began to fail last. */
export async function checksPage(visit: Visit): Promise<Page> {
  const { url, log, now } = visit;
  const { prefix, cursor } = readPageQuery(url, schema);
  const { page, failing } = await readFailing(visit, prefix, cursor);
  const shown = failing.slice(0, mostChecks);
  // Where checks have no partitions, the assets came with their latest evaluations.
  const known = new Map(page.assets.flatMap(({ checks }) => checks.map((check) => [check.id, check])));
  const [events, histories] = await Promise.all([
    Promise.all(shown.map(({ id }) => known.get(id) ?? log.get(id))),
    log.checkHistories(shown, stripLength),
  ]);
  const found = events.flatMap((check, i) =>
    isEvaluation(check) ? failingCheck(check, histories[i] ?? { evaluations: [], total: 0 }) : [],
  );
  const sorted = found.sort(
    (a, b) => Number(a.check.severity === "WARN") - Number(b.check.severity === "WARN") || b.since - a.since,
  );
  const body = (
    <>
      <form class="filters" id="filters" action="/checks">
        <h1 class="said-nowhere-else">Failing checks</h1>
        <Field name="prefix" label="Key prefix" value={prefix === undefined ? null : formatAssetKey(prefix)} />
        <button type="submit" class="plain">
          Apply
        </button>
      </form>
      <div id="list" data-swap>
        {sorted.length === 0 ? (
          <p class="none">
            <StateBadge
              state="passed"
              text={page.hasMore ? "None among those looked at so far." : "No check is failing."}
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
                <th scope="col">Said</th>
              </tr>
            </thead>
            <tbody id="rows" data-rows>
              {sorted.map((row) => (
                <CheckRow row={row} now={now} />
              ))}
            </tbody>
          </table>
        )}
        {failing.length > mostChecks && (
          <p class="soft">
            The first {mostChecks}; more fail of <AssetLink assetKey={failing[0]?.assetKey ?? []} />
          </p>
        )}
        <Pager url={url} page={page} cursor={cursor} next={`Checks of the next ${assetsPerPage} assets`} />
      </div>
    </>
  );
  const stream = streamPath(visit);
  return { title: "Failing checks", place: "checks", body, stream };
}

/** As many assets as have no more failures together than a page shows, and one at least. */
async function readFailing({ log }: Visit, prefix: AssetKey | undefined, cursor: string | undefined) {
  const filter = { failing: true, prefix };
  const page = await log.assets(filter, { limit: assetsPerPage, cursor });
  const keys = page.assets.map(({ assetKey }) => assetKey);
  const found = await log.failingChecks(keys, mostChecks + 1);
  const failing = found.map((checks, i) => checks.map((check) => ({ ...check, assetKey: keys[i] ?? [] })));
  let count = 0;
  const fitting = failing.findIndex((checks) => {
    count += checks.length;
    return count > mostChecks;
  });
  if (fitting === -1) return { page, failing: failing.flat() };
  const limit = Math.max(1, fitting);
  return { page: await log.assets(filter, { limit, cursor }), failing: failing.slice(0, limit).flat() };
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
  const { id, assetKey, checkName, partition, description, metadata } = check;
  return (
    <tr id={rowId("c", [JSON.stringify([assetKey, checkName, partition])])} data-v={id}>
      <td>
        <StateBadge state={stateOf(check)} />
      </td>
      <th scope="row">
        <a
          class="check-name"
          href={eventsPath(assetKey, { check_name: checkName, ...(partition !== null && { partition }) })}
          title="All its evaluations"
        >
          <UserText text={checkName} most={80} />
        </a>
        <AssetLink assetKey={assetKey} />
        {partition !== null && (
          <span class="soft">
            {" "}
            partition <UserText text={partition} most={60} />
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
        {description !== null && (
          <p>
            <UserText text={description} most={400} />
          </p>
        )}
        <FoldedMetadata metadata={metadata} now={now} />
        <p class="soft">
          evaluated <Ago time={check.timestamp} now={now} />, <a href={`/events/${id}`}>event {id}</a>
        </p>
      </td>
    </tr>
  );
}
