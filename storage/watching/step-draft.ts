import { isBad } from "../../core/events/freshness-change.ts";
import {
  endSubject,
  type FreshnessChange,
  type FreshnessReason,
  type JudgingCause,
  judgeSubject,
  type SubjectRules,
} from "../../core/freshness/index.ts";
import type { AssetKey } from "../../core/index.ts";
import type { DefinitionRecord } from "../definitions/definition-store.ts";
import type { AlertChange, AlertLabels, SubjectDecision, SubjectName, WatchedRow } from "./watch-plan.ts";
import type { WatchRequest } from "./watch-store.ts";

/** A subject, and why it is judged. */
interface Judging extends SubjectName {
  readonly rules: SubjectRules;
  readonly labels: AlertLabels;
  readonly cause: JudgingCause;
  readonly lastAt: number | null;
  readonly definedAt: number | null;
  readonly isWiped?: boolean | undefined;
}

/**
 * The decisions of one step. A subject that is judged twice has one decision, from the stored state to the last one.
 */
export class StepDraft {
  readonly request: WatchRequest;
  /** The id of the newest event that was read. */
  upTo: number;
  readonly #stored = new Map<string, WatchedRow>();
  readonly #decisions = new Map<string, SubjectDecision>();

  constructor(request: WatchRequest, upTo: number) {
    this.request = request;
    this.upTo = upTo;
  }

  get decisions(): readonly SubjectDecision[] {
    return [...this.#decisions.values()];
  }

  /** Whether a subject is to be judged once more at once, since its asset was wiped. */
  get isUnfinished(): boolean {
    const { now } = this.request;
    return this.decisions.some(({ row }) => row?.state === "UNKNOWN" && row.nextAt !== null && row.nextAt <= now);
  }

  /** Notes what is stored. */
  note(rows: Iterable<WatchedRow>): void {
    for (const row of rows) this.#stored.set(idOf(row), row);
  }

  /** The row after this step. */
  row(name: SubjectName): WatchedRow | undefined {
    const id = idOf(name);
    const decision = this.#decisions.get(id);
    return decision === undefined ? this.#stored.get(id) : (decision.row ?? undefined);
  }

  judge({ assetKey, partition, rules, labels, cause, lastAt, definedAt, isWiped }: Judging): void {
    const { now, clock, settleUntil } = this.request;
    const before = this.row({ assetKey, partition });
    const known = before === undefined || before.state === null ? undefined : { ...before, state: before.state };
    const judged = judgeSubject(known, rules, { lastAt, definedAt, now, cause, settleUntil, isWiped });
    const { change, tellAt } = judged;
    // The clock was set back, and is not followed yet. Once it is, this event may make the state better.
    const isAgain = cause === "reported" && clock < now && isBad(judged.subject.state);
    const subject = isAgain ? { ...judged.subject, nextAt: clock } : judged.subject;
    // If an event came meanwhile, a decision of time alone is left to the next step. Another decision would be lost.
    const upTo = cause === "time" && change !== null ? this.upTo : null;
    const alert = change === null ? null : alertOf(change, now, tellAt, labels);
    this.#decide({ assetKey, partition, row: { assetKey, partition, ...subject }, change, alert, upTo });
  }

  /** The row of an asset that is watched by partitions. */
  schedule(assetKey: WatchedRow["assetKey"], nextAt: number | null): void {
    const row = {
      ...{ assetKey, partition: null, state: null, since: 0, lastAt: null, deadline: null, definedAt: null },
      nextAt,
    };
    this.#decide({ assetKey, partition: null, row, change: null, alert: null, upTo: null });
  }

  remove(row: WatchedRow, reason: FreshnessReason): void {
    const { assetKey, partition } = row;
    const change = row.state === null ? null : endSubject({ ...row, state: row.state }, reason);
    const alert = isBad(row.state) ? ({ to: "resolve", reason } as const) : null;
    this.#decide({ assetKey, partition, row: null, change, alert, upTo: null });
  }

  #decide(decision: SubjectDecision): void {
    const id = idOf(decision);
    const earlier = this.#decisions.get(id);
    const stored = this.#stored.get(id);
    const change = joined(earlier?.change ?? null, decision.change);
    const isSame = change === null && decision.row !== null && stored !== undefined && isEqual(stored, decision.row);
    if (isSame) {
      this.#decisions.delete(id);
      return;
    }
    const alert = joinedAlert(earlier?.alert ?? null, decision.alert);
    const upTo = decision.change === null ? (earlier?.upTo ?? null) : decision.upTo;
    this.#decisions.set(id, { ...decision, change, alert, upTo });
  }
}

/** Two changes of one step as one. Null if the second undoes the first. */
function joined(first: FreshnessChange | null, second: FreshnessChange | null): FreshnessChange | null {
  if (first === null || second === null) return second ?? first;
  return first.previousState === second.state ? null : { ...second, previousState: first.previousState };
}

/** Two changes of an alert in one step as one. An alert that opens and is resolved is not written. */
function joinedAlert(first: AlertChange | null, second: AlertChange | null): AlertChange | null {
  if (first === null || second === null) return second ?? first;
  if (first.to === "open" && second.to === "resolve") return null;
  return first.to === "open" && second.to !== "resolve" ? { ...second, to: "open" } : second;
}

function alertOf(change: FreshnessChange, now: number, tellAt: number | null, labels: AlertLabels): AlertChange {
  const { state, previousState, reason } = change;
  if (!isBad(state)) return { to: "resolve", reason };
  const severity = state === "FAIL" ? "ERROR" : "WARN";
  const to = isBad(previousState) ? (state === "FAIL" ? "raise" : "update") : "open";
  return { to, severity, reason, since: now, tellAt, labels };
}

export function labelsOf(record: DefinitionRecord | undefined): AlertLabels {
  const { owners = [], group = null, tags = {} } = record?.definition ?? {};
  return { owners, group, tags };
}

export function idOf({ assetKey, partition }: SubjectName): string {
  return JSON.stringify([assetKey, partition]);
}

export function distinct(keys: readonly AssetKey[]): readonly AssetKey[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}

function isEqual(a: WatchedRow, b: WatchedRow): boolean {
  return (
    a.state === b.state &&
    a.since === b.since &&
    a.lastAt === b.lastAt &&
    a.deadline === b.deadline &&
    a.nextAt === b.nextAt &&
    a.definedAt === b.definedAt
  );
}
