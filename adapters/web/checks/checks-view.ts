import * as v from "valibot";
import { formatAssetKey } from "../../../core/index.ts";
import type { CheckHistory, EventMark } from "../../../storage/index.ts";
import { assetKeyParameter } from "../../http/query-parameters.ts";
import type { PageContext } from "../page/page.tsx";
import { givenValue, readFromCursor, readPageQuery } from "../parts/page-query.ts";
import { stripLength } from "../parts/strip.tsx";
import { type FailingList, isWarning, type ListedCheck, readFailingList } from "./failing-list.ts";
import { type Evaluation, readEvaluations } from "./read-checks.ts";

const mostChecks = 100;

const schema = v.strictObject({ prefix: v.optional(assetKeyParameter), cursor: v.optional(v.string()) });

/** Everything that the page of failing checks shows. */
export interface ChecksView {
  /** The text of the prefix field. */
  readonly prefix: string | null;
  /** The errors of wrong parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly list: FailingList;
  readonly rows: readonly FailingRow[];
  /** How many checks of the list the page shows. */
  readonly shown: number;
  /** Whether the page shows all failing checks. */
  readonly isWhole: boolean;
  /** The cursor of this page; undefined for the first. */
  readonly cursor: string | undefined;
  readonly page: { readonly cursor: string | null; readonly hasMore: boolean };
}

export interface FailingRow {
  readonly check: Evaluation;
  /** Newest first. */
  readonly history: readonly EventMark[];
  /** When the first of the latest failures without a break happened. */
  readonly since: number;
  /** Whether that is known: false if all evaluations that were read failed, and there are more. */
  readonly isKnown: boolean;
}

export async function readChecksView({ url, log }: PageContext): Promise<ChecksView> {
  const asked = readPageQuery(url, schema);
  const { prefix } = asked.query;
  const {
    found: list,
    cursor,
    wrong,
  } = await readFromCursor(asked, asked.query.cursor, (from) => readFailingList(log, prefix, from, mostChecks));
  const evaluations = await readEvaluations(
    log,
    list.checks.map(({ id }) => id),
  );
  const histories = await log.checkHistories(evaluations, stripLength);
  const rows = evaluations.map((check, i) => failingRow(check, histories[i] ?? { evaluations: [], total: 0 }));
  const last = lastShown(list.checks, evaluations);
  const shown = last === undefined ? 0 : list.checks.indexOf(last) + 1;
  const isWhole = list.before === 0 && shown === list.counts.failed + list.counts.warned;
  return {
    prefix: prefix === undefined ? givenValue(url, "prefix") : formatAssetKey(prefix),
    wrong,
    list,
    rows: isWhole ? latestFirst(rows) : rows,
    shown,
    isWhole,
    cursor,
    page: { cursor: list.cursorAfter(last), hasMore: list.hasMore || shown < list.checks.length },
  };
}

/** Errors before warnings, then by when they began to fail. Only for a single page: reports would reorder several. */
function latestFirst(rows: readonly FailingRow[]): readonly FailingRow[] {
  return rows.toSorted((a, b) => Number(isWarning(a.check)) - Number(isWarning(b.check)) || b.since - a.since);
}

/** The last check whose evaluation was read: those of a page may be too large together. */
function lastShown(checks: readonly ListedCheck[], evaluations: readonly Evaluation[]): ListedCheck | undefined {
  const id = evaluations.at(-1)?.id;
  return id === undefined ? checks.at(-1) : checks.find((check) => check.id === id);
}

function failingRow(check: Evaluation, { evaluations, total }: CheckHistory): FailingRow {
  const passed = evaluations.findIndex((mark) => mark.passed === true);
  const failures = passed === -1 ? evaluations : evaluations.slice(0, passed);
  return {
    check,
    history: evaluations,
    since: failures.reduce((since, { timestamp }) => Math.min(since, timestamp), check.timestamp),
    isKnown: passed !== -1 || evaluations.length === total,
  };
}
