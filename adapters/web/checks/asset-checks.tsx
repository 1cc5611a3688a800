/** @jsxImportSource hono/jsx */
import type { AssetKey } from "../../../core/index.ts";
import { type EventMark, mostCounted } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { Description } from "../events/event-table.tsx";
import { Ago } from "../parts/ago.tsx";
import { assetPath, eventsPath, rowId } from "../parts/asset-path.ts";
import { StateBadge, type StateCounts, stateOf } from "../parts/state.tsx";
import { Strip, stripLength } from "../parts/strip.tsx";
import { FoldedMetadata } from "../values/metadata-list.tsx";
import { pageBudget } from "../values/page-budget.ts";
import { BreakableName, NameText } from "../values/user-text.tsx";
import { type Evaluation, readEvaluations } from "./evaluations.ts";
import { isWarning } from "./failing-list.ts";

/** Those that fail are shown first, so many in all; behind that all are listed by name. */
const mostFirst = 60;
/** Of so many that fail, errors are shown before warnings. */
const mostSorted = 1000;
const checksPerPage = 100;
/** What asks for the first page of all checks by name, where cursors ask for the others. */
const everyCheck = "all";

export interface CheckWithHistory {
  readonly latest: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
}

/** Checks with each of their partitions, and what of them it is. */
export interface CheckList {
  readonly checks: readonly CheckWithHistory[];
  /** `first`: those that fail and some others; `named`: a page of all by name; `all`: there are no others. */
  readonly part: "all" | "first" | "named";
  /** Of the next page by name. */
  readonly cursor: string | null;
}

/** The checks of an asset with their last evaluations: those that fail first, or the page by name that `page` asks for. */
export async function readChecks(
  log: ScopedEventLog,
  assetKey: AssetKey,
  page: string | undefined,
): Promise<CheckList> {
  if (page !== undefined) {
    const request = { limit: checksPerPage, cursor: page === everyCheck ? undefined : page };
    const { checks, cursor, hasMore } = await log.checks(assetKey, request);
    const named = checks.map(({ latestEvaluation }) => latestEvaluation);
    return { checks: await addHistories(log, named), part: "named", cursor: hasMore ? cursor : null };
  }
  const [{ checks, hasMore }, [failing = []]] = await Promise.all([
    log.checks(assetKey, { limit: mostFirst }),
    log.failingChecks([assetKey], mostSorted),
  ]);
  const errorsFirst = [...failing.filter((check) => !isWarning(check)), ...failing.filter(isWarning)];
  const failed = await readEvaluations(
    log,
    errorsFirst.slice(0, mostFirst).map(({ id }) => id),
  );
  const passed = checks.map(({ latestEvaluation }) => latestEvaluation).filter(({ passed }) => passed);
  const shown = [...failed, ...passed].slice(0, mostFirst);
  const isAll = !hasMore && shown.length === checks.length;
  return { checks: await addHistories(log, shown), part: isAll ? "all" : "first", cursor: null };
}

async function addHistories(log: ScopedEventLog, shown: readonly Evaluation[]): Promise<readonly CheckWithHistory[]> {
  const histories = await log.checkHistories(shown, stripLength);
  return shown.map((latest, i) => ({ latest, history: histories[i]?.evaluations ?? [] }));
}

interface AssetChecksProps {
  readonly assetKey: AssetKey;
  readonly list: CheckList;
  /** How many checks the asset has in each state. */
  readonly counts: StateCounts;
  readonly now: number;
}

export function AssetChecks({ assetKey, list: { checks, part, cursor }, counts, now }: AssetChecksProps) {
  const total = counts.failed + counts.warned + counts.passed;
  const number = total.toLocaleString("en") + (counts.passed >= mostCounted.checks ? "+" : "");
  const leadsTo = (page: string) => `${assetPath(assetKey, { checks: page })}#checks`;
  return (
    <section id="checks" aria-labelledby="checks-title">
      <h2 id="checks-title">
        Checks <span class="soft">{number}</span>
      </h2>
      {part === "first" && (
        <p class="soft">
          The first {checks.length}, those that fail before the others.{" "}
          <a href={leadsTo(everyCheck)}>{total === 1 ? "All of its partitions" : `All ${number} by name`}</a>
        </p>
      )}
      {part === "named" && (
        <p class="soft">
          By name{checks.length > 1 && <NameRange checks={checks} />}.{" "}
          <a href={`${assetPath(assetKey)}#checks`}>Those that fail first</a>
        </p>
      )}
      <table class="checks">
        <thead class="hidden">
          <tr>
            <th scope="col">State</th>
            <th scope="col">Check</th>
            <th scope="col">Last evaluations</th>
          </tr>
        </thead>
        <tbody data-rows>
          {checks.map(({ latest, history }) => (
            <tr id={rowId("c", [JSON.stringify([latest.checkName, latest.partition])])}>
              <td>
                <StateBadge state={stateOf(latest)} />
              </td>
              <th scope="row">
                <CheckLink check={latest} />
                <span class="soft">
                  {latest.partition !== null && (
                    <>
                      partition <NameText text={latest.partition} most={60} />,{" "}
                    </>
                  )}
                  <Ago time={latest.timestamp} now={now} />
                </span>
                <Description event={latest} />
                <FoldedMetadata event={latest} now={now} />
              </th>
              <td>
                <Strip marks={history} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {part === "named" && cursor !== null && (
        <nav class="pager" aria-label="Pages of checks">
          <a href={leadsTo(cursor)}>Next {checksPerPage} checks</a>
        </nav>
      )}
    </section>
  );
}

function NameRange({ checks }: { readonly checks: readonly CheckWithHistory[] }) {
  return (
    <>
      , <NameText text={checks[0]?.latest.checkName ?? ""} most={40} /> to{" "}
      <NameText text={checks.at(-1)?.latest.checkName ?? ""} most={40} />
    </>
  );
}

/** Leads to all evaluations of a check, of its partition alone where it has one. */
export function CheckLink({ check: { id, assetKey, checkName, partition } }: { readonly check: Evaluation }) {
  const length = assetKey.reduce((sum, part) => sum + part.length + 1, checkName.length + (partition?.length ?? 0));
  const filters = { check_name: checkName, ...(partition !== null && { partition }) };
  const href = pageBudget().address(length, () => eventsPath(assetKey, filters));
  return (
    <a class="check-name" href={href ?? `/events/${id}`} title={href === undefined ? undefined : "All its evaluations"}>
      <BreakableName text={checkName} most={80} />
    </a>
  );
}
