import { latest } from "../time.ts";
import type { Answer, Delivery } from "./delivery.ts";
import { answerText, reasonOf } from "./describe-answer.ts";
import {
  limitedDelay,
  mostFailures,
  mostLimited,
  mostRefusals,
  refusedDelay,
  retryDelay,
  shortestFailing,
} from "./retry-delays.ts";

/** What is kept of a destination, as far as attempts change it. */
export interface SendingState {
  readonly status: "active" | "paused" | "disabled" | "blocked";
  readonly reason: string | null;
  readonly failures: number;
  readonly retryAt: number | null;
}

export type DeliveryOutcome = Pick<Delivery, "id" | "status" | "attempts" | "nextAt" | "endedAt" | "answer">;

export interface Attempt<State extends SendingState> {
  /** What the message was of: several deliveries of a group, else one. */
  readonly deliveries: readonly Delivery[];
  /** As it is when the answer comes. */
  readonly destination: State;
  readonly answer: Answer;
  /** When it was sent. An attempt that was under way when the destination began to wait says nothing new of it. */
  readonly startedAt: number;
  readonly now: number;
  /** At least 0, less than 1. */
  readonly random: number;
}

export interface AttemptOutcome<State extends SendingState> {
  readonly destination: State;
  readonly changed: readonly DeliveryOutcome[];
}

/** How often a delivery is sent at most, whatever it is answered by turns. */
const mostAttempts = 200;

/** How often a blocked destination is tried. */
export const blockedDelay = 60_000;

type Verdict = "delivered" | "gone" | "limited" | "refused" | "forbidden" | "failed";

const refusals: ReadonlySet<number> = new Set([400, 404, 413, 422]);

/**
 * What follows an answer: for the destination, and for what was sent. Of dagster it is
 * dagster/after-report.ts.
 *
 * The destination waits as one after a failure. A delivery counts how often the same happened to it, in its `answer`.
 */
export function afterAnswer<State extends SendingState>(attempt: Attempt<State>): AttemptOutcome<State> {
  const verdict = judge(attempt.answer);
  const changed = attempt.deliveries.map((delivery) => deliveryAfter(delivery, verdict, attempt));
  const destination = destinationAfter(verdict, attempt, changed);
  if (verdict !== "failed") return { destination, changed };
  const expired = new Set(expireDeliveries(attempt.deliveries, destination, attempt.now).map(({ id }) => id));
  const ended = { status: "dead", nextAt: attempt.now, endedAt: attempt.now } as const;
  return { destination, changed: changed.map((one) => (expired.has(one.id) ? { ...one, ...ended } : one)) };
}

/**
 * What was never sent because its destination failed for so long that all attempts would have been made: it goes to the
 * dead letters too. After one that was given up by itself another is tried first, since the fault may be in that one.
 * `waiting` are pending deliveries that are not being sent.
 */
export function expireDeliveries(
  waiting: readonly Delivery[],
  { failures, reason }: SendingState,
  now: number,
): readonly DeliveryOutcome[] {
  if (failures <= mostFailures) return [];
  const expired = waiting.filter(({ createdAt }) => now - createdAt >= shortestFailing);
  return expired.map(({ id, attempts, answer }) => {
    return { id, status: "dead", attempts, nextAt: now, endedAt: now, answer: answer ?? reason };
  });
}

/** Sends a delivery again from the start, as an operator asks. */
export function redeliver({ id }: Pick<Delivery, "id">, now: number): DeliveryOutcome {
  return { id, status: "pending", attempts: 0, nextAt: now, endedAt: null, answer: null };
}

function judge(answer: Answer): Verdict {
  if (answer.type === "forbidden") return "forbidden";
  if (answer.type !== "answered") return "failed";
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return "delivered";
  if (status === 410) return "gone";
  if ((status === 429 || status === 503) && retryAfter !== null) return "limited";
  return refusals.has(status) ? "refused" : "failed";
}

function deliveryAfter(delivery: Delivery, verdict: Verdict, attempt: Attempt<SendingState>): DeliveryOutcome {
  const { answer, now, random } = attempt;
  const { id } = delivery;
  const attempts = delivery.attempts + 1;
  const pending = (delay: number, text: string): DeliveryOutcome => {
    return { id, status: "pending", attempts, nextAt: now + delay, endedAt: null, answer: text };
  };
  const ended = (status: "delivered" | "dead", text: string): DeliveryOutcome => {
    return { id, status, attempts, nextAt: now, endedAt: now, answer: text };
  };
  if (verdict === "delivered") return ended("delivered", answerText(answer));
  if (verdict === "gone") return pending(0, answerText(answer));
  // Nothing was sent, so it is no attempt.
  if (verdict === "forbidden") return { ...pending(blockedDelay, answerText(answer)), attempts: delivery.attempts };
  const times = timesBefore(delivery, verdict) + 1;
  const text = answerText(answer, `${verdict} ${times} of ${mostTimes[verdict]}`);
  if (times >= mostTimes[verdict] || attempts >= mostAttempts) return ended("dead", text);
  if (verdict === "refused") return pending(refusedDelay(times), text);
  if (verdict === "failed") return pending(retryDelay(times, random), text);
  return pending(limitedDelay(retryAfterOf(answer), times), text);
}

function destinationAfter<State extends SendingState>(
  verdict: Verdict,
  { destination, answer, startedAt, now, random }: Attempt<State>,
  changed: readonly DeliveryOutcome[],
): State {
  if (verdict === "gone") {
    return { ...destination, status: "disabled", reason: reasonOf(answer), failures: 0, retryAt: null };
  }
  const isHeld = destination.status === "paused" || destination.status === "disabled";
  if (verdict === "forbidden") {
    const status = isHeld ? destination.status : "blocked";
    return { ...destination, status, reason: reasonOf(answer), retryAt: now + blockedDelay };
  }
  const active = isHeld ? destination : { ...destination, status: "active" as const };
  const wait = active.retryAt;
  if (verdict === "failed") {
    if (wait !== null && startedAt < wait) return destination;
    const failures = active.failures + 1;
    return { ...active, failures, retryAt: now + retryDelay(failures, random), reason: reasonOf(answer) };
  }
  // Something got through: a wait after failures is over, one that the receiver asked for is not.
  const asked = destination.failures > 0 || destination.status === "blocked" ? null : wait;
  if (verdict === "limited") {
    const until = latest([asked, ...changed.map(({ nextAt }) => nextAt)]);
    return { ...active, failures: 0, retryAt: until, reason: isHeld ? active.reason : reasonOf(answer) };
  }
  const reason = isHeld ? active.reason : null;
  return { ...active, failures: 0, retryAt: asked !== null && asked > now ? asked : null, reason };
}

const mostTimes = { failed: mostFailures, refused: mostRefusals, limited: mostLimited } as const;

/** How often the same happened to a delivery, one after the other. Its answer says that. */
function timesBefore({ attempts, answer }: Delivery, verdict: keyof typeof mostTimes): number {
  const [, last, times] = /^[^,:]{1,20}, (failed|refused|limited) (\d{1,3}) of /.exec(answer ?? "") ?? [];
  return attempts > 0 && last === verdict ? Number(times) : 0;
}

function retryAfterOf(answer: Answer): number {
  return answer.type === "answered" ? (answer.retryAfter ?? 0) : 0;
}
