import type { Answer, Delivery } from "../delivery.ts";
import { answerText, reasonOf } from "../describe-answer.ts";
import { type AttemptOutcome, blockedDelay, type DeliveryOutcome, type SendingState } from "../next-attempt.ts";

export interface ReportAttempt<State extends SendingState> {
  readonly delivery: Delivery;
  /** As it is when the answer comes. */
  readonly destination: State;
  readonly answer: Answer;
  /** When it was sent. */
  readonly startedAt: number;
  readonly now: number;
  /** Whether it is an evaluation of a check for a partition. */
  readonly isOfCheckedPartition: boolean;
  /** Whether Dagster took something else since this delivery was answered 500 first. */
  readonly othersArrived: boolean;
}

const second = 1000;
const longestWait = 60 * second;
const longestRetryAfter = 3600 * second;
/** After a 500. Then it is an outage, or the fault of this one event. */
const errorDelays = [1 * second, 4 * second, 16 * second] as const;
/** So many failures of several events in a row make the whole destination wait. */
const mostErrors = 3;

type Verdict = "delivered" | "parked" | "blocked" | "limited" | "error" | "failed";

const refusals: ReadonlySet<number> = new Set([400, 413, 414, 422]);
const misdirected: ReadonlySet<number> = new Set([401, 403, 404, 405]);

/**
 * What follows an answer of Dagster. Nothing is given up by itself: what Dagster refuses for what it is is parked until an
 * operator decides, and what a fault of the way stops is sent again for ever.
 */
export function afterReport<State extends SendingState>(attempt: ReportAttempt<State>): AttemptOutcome<State> {
  const verdict = judge(attempt.answer);
  const [delivery, isParked] = deliveryAfter(attempt, verdict);
  return { destination: destinationAfter(attempt, isParked ? "parked" : verdict), changed: [delivery] };
}

/**
 * Whether a check is reported without its partition now. Dagster refuses the second evaluation of a check and partition
 * with 500 for ever, and adds half a row at every try: so the one 500 is enough.
 */
export function isReducedNext(delivery: Pick<Delivery, "answer">): boolean {
  return errorsBefore(delivery) > 0;
}

/** Whether Dagster says that it did what it was asked for. A proxy's sign-in and Dagster's own pages are 200 too. */
export function isTaken(answer: Answer): boolean {
  return answer.type === "answered" && answer.status >= 200 && answer.status < 300 && /^\s*\{/.test(answer.text);
}

function judge(answer: Answer): Verdict {
  if (answer.type === "forbidden") return "blocked";
  if (answer.type !== "answered") return "failed";
  const { status } = answer;
  if (status >= 200 && status < 300) return isTaken(answer) ? "delivered" : "blocked";
  if (refusals.has(status)) return "parked";
  if (misdirected.has(status) || (status >= 300 && status < 400)) return "blocked";
  if (status === 429 || status === 503) return "limited";
  return status === 500 ? "error" : "failed";
}

function deliveryAfter(attempt: ReportAttempt<SendingState>, verdict: Verdict): readonly [DeliveryOutcome, boolean] {
  const { delivery, answer, now, isOfCheckedPartition, othersArrived } = attempt;
  const { id } = delivery;
  const attempts = delivery.attempts + 1;
  const before = errorsBefore(delivery);
  const isReduced = isOfCheckedPartition && before > 0;
  const errors = before + (verdict === "error" ? 1 : 0);
  const count = errors > 0 ? `error ${errors}` : undefined;
  const pending = (delay: number): readonly [DeliveryOutcome, boolean] => {
    return [
      { id, status: "pending", attempts, nextAt: now + delay, endedAt: null, answer: answerText(answer, count) },
      false,
    ];
  };
  const parked = (): readonly [DeliveryOutcome, boolean] => {
    return [{ id, status: "parked", attempts, nextAt: now, endedAt: null, answer: answerText(answer, count) }, true];
  };
  if (verdict === "delivered") {
    const text = answerText(answer, isReduced ? "without its partition" : undefined);
    return [{ id, status: "delivered", attempts, nextAt: now, endedAt: now, answer: text }, false];
  }
  if (verdict === "parked") return parked();
  if (verdict !== "error") return pending(0);
  if (isReduced) return parked();
  if (isOfCheckedPartition) return pending(0);
  return errors > errorDelays.length && othersArrived ? parked() : pending(errorDelays[errors - 1] ?? longestWait);
}

function destinationAfter<State extends SendingState>(attempt: ReportAttempt<State>, verdict: Verdict): State {
  const { destination, answer, startedAt, now } = attempt;
  const isHeld = destination.status === "paused" || destination.status === "disabled";
  const active = isHeld ? destination : { ...destination, status: "active" as const };
  if (verdict === "delivered" || verdict === "parked") {
    const reason = isHeld ? active.reason : null;
    return { ...active, failures: 0, retryAt: null, reason };
  }
  if (verdict === "blocked") {
    const status = isHeld ? destination.status : "blocked";
    return { ...destination, status, reason: blockedReason(answer), retryAt: now + blockedDelay };
  }
  // What was under way when the destination began to wait says nothing new of it.
  if (active.retryAt !== null && startedAt < active.retryAt) return destination;
  const failures = active.failures + 1;
  const reason = isHeld ? active.reason : reasonOf(answer);
  return { ...active, failures, reason, retryAt: waitAfter(verdict, answer, failures, now) };
}

function waitAfter(verdict: Verdict, answer: Answer, failures: number, now: number): number | null {
  const asked = answer.type === "answered" ? answer.retryAfter : null;
  if (verdict === "limited" && asked !== null) return now + Math.min(asked, longestRetryAfter);
  // After a 500 others are tried first, to tell an outage from an event that Dagster can't take.
  const failed = verdict === "error" ? failures - mostErrors : failures;
  return failed <= 0 ? null : now + Math.min(0.5 * second * 2 ** (failed - 1), longestWait);
}

function blockedReason(answer: Answer): string {
  if (answer.type !== "answered" || answer.status >= 300) {
    const isPath = answer.type === "answered" && (answer.status === 404 || answer.status === 405);
    return isPath ? `${reasonOf(answer)}: is its URL that of dagster-webserver?` : reasonOf(answer);
  }
  return `it answered ${answer.status} with a page and no JSON: is its URL that of dagster-webserver, with what signs in?`;
}

/** How often it was answered 500. Its answer says that, also after failures of other kinds. */
function errorsBefore({ answer }: Pick<Delivery, "answer">): number {
  return Number(/^[^,:]{1,20}, error (\d{1,6})\b/.exec(answer ?? "")?.[1] ?? 0);
}
