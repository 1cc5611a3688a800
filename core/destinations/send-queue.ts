import { earliest } from "../time.ts";
import type { Delivery } from "./delivery.ts";
import type { Destination } from "./destination.ts";
import { groupDue, groupingTypes } from "./group-window.ts";
import type { DeliveryOutcome, SendingState } from "./next-attempt.ts";
import { type AlertLookup, supersede } from "./superseded.ts";

/** How many messages are under way at once. */
export const mostInFlight = { destination: 4, server: 16 } as const;

/** What waits for one destination. */
export interface SendQueue {
  readonly destination: Pick<Destination, "name" | "groupWait" | "groupInterval"> & {
    readonly target: Pick<Destination["target"], "type"> & { readonly lanes?: number };
  };
  readonly state: Pick<SendingState, "status" | "failures" | "retryAt"> & { readonly groupedAt: number | null };
  /** In the order of their ids. */
  readonly pending: readonly Delivery[];
  /** The ids of those that are being sent. */
  readonly inFlight: ReadonlySet<number>;
  readonly alertOf: AlertLookup;
}

/** One message. */
export interface PlannedMessage {
  readonly destination: string;
  /** Of a group all that it is of, else one. */
  readonly deliveries: readonly Delivery[];
  /** Whether they are sent as one message: then its delivery is the `groupedAt` of the destination. */
  readonly isGroup: boolean;
}

export interface SendPlan {
  readonly messages: readonly PlannedMessage[];
  readonly superseded: readonly DeliveryOutcome[];
  /** When there is something to send, if nothing happens before; null: not before something happens. */
  readonly wakeAt: number | null;
}

interface Candidate extends PlannedMessage {
  /** Since when it could be sent. */
  readonly readyAt: number;
}

interface QueuePlan {
  readonly candidates: readonly Candidate[];
  readonly wakeAt: number | null;
}

/**
 * What is sent now. The order is strict for each subject and free between them. At most 4 messages of a destination are
 * under way, and 16 of the server: destinations with few of them come first, so that one that is slow holds up no other.
 * A destination that failed is tried with one message.
 */
export function planSending(queues: readonly SendQueue[], now: number): SendPlan {
  const superseded: DeliveryOutcome[] = [];
  const ranked: { readonly rank: number; readonly candidate: Candidate }[] = [];
  const wakes: number[] = [];
  let free: number = mostInFlight.server;
  for (const queue of queues) {
    const over = supersededIn(queue, now);
    for (const one of over) superseded.push(one);
    const ids = new Set(over.map(({ id }) => id));
    const alive = { ...queue, pending: queue.pending.filter(({ id }) => !ids.has(id)) };
    const inFlight = messagesInFlight(queue);
    free -= inFlight;
    const { candidates, wakeAt } = planQueue(alive, now);
    if (wakeAt !== null) wakes.push(wakeAt);
    for (const [i, candidate] of candidates.entries()) ranked.push({ rank: inFlight + i, candidate });
  }
  ranked.sort((a, b) => a.rank - b.rank || a.candidate.readyAt - b.candidate.readyAt);
  const messages = ranked.slice(0, Math.max(0, free)).map(({ candidate: { readyAt: _, ...message } }) => message);
  return { messages, superseded, wakeAt: earliest(wakes) };
}

function groups({ destination }: SendQueue): boolean {
  return groupingTypes.has(destination.target.type);
}

function supersededIn(queue: SendQueue, now: number): readonly DeliveryOutcome[] {
  const { pending, inFlight, alertOf } = queue;
  return supersede({ pending, isInFlight: (id) => inFlight.has(id), alertOf, tellsAfterDead: !groups(queue), now });
}

function messagesInFlight(queue: SendQueue): number {
  if (!groups(queue)) return queue.inFlight.size;
  const isTest = ({ id, type }: Delivery) => queue.inFlight.has(id) && type === "destination.test";
  const tests = queue.pending.filter(isTest).length;
  return tests + (queue.inFlight.size > tests ? 1 : 0);
}

function planQueue(queue: SendQueue, now: number): QueuePlan {
  const { status, failures, retryAt } = queue.state;
  if (status === "paused" || status === "disabled" || queue.pending.length === 0) return nothing;
  // What is under way tells whether the destination is back, before anything else is sent.
  const most = failures > 0 || status === "blocked" ? 1 : (queue.destination.target.lanes ?? mostInFlight.destination);
  const left = most - messagesInFlight(queue);
  if (left <= 0) return nothing;
  const all = groups(queue) ? planGroup(queue) : planSubjects(queue, queue.pending);
  const readyAt = (candidate: Candidate) => Math.max(candidate.readyAt, retryAt ?? 0);
  // By their own times: after a failure of the destination others have their turn. The sort keeps the order of equal ones.
  const candidates = all.filter((one) => readyAt(one) <= now).sort((a, b) => a.readyAt - b.readyAt);
  const later = all.map(readyAt).filter((at) => at > now);
  return { candidates: candidates.slice(0, left), wakeAt: earliest(later) };
}

const nothing: QueuePlan = { candidates: [], wakeAt: null };

/** The first delivery of each subject, unless it is being sent. */
function planSubjects({ destination, inFlight }: SendQueue, pending: readonly Delivery[]): readonly Candidate[] {
  const first = new Map<string, Delivery>();
  for (const delivery of pending) if (!first.has(delivery.subject)) first.set(delivery.subject, delivery);
  return [...first.values()]
    .filter(({ id }) => !inFlight.has(id))
    .map((delivery) => {
      return { destination: destination.name, deliveries: [delivery], isGroup: false, readyAt: delivery.nextAt };
    });
}

/** All that waits, as one message. A test goes alone, since somebody looks for it. */
function planGroup(queue: SendQueue): readonly Candidate[] {
  const { destination, state, pending, inFlight } = queue;
  const tests = pending.filter(({ type }) => type === "destination.test");
  const others = pending.filter(({ type }) => type !== "destination.test");
  const alone = planSubjects(queue, tests);
  const readyAt = groupDue(others, destination, state.groupedAt);
  if (readyAt === null || others.some(({ id }) => inFlight.has(id))) return alone;
  return [...alone, { destination: destination.name, deliveries: others, isGroup: true, readyAt }];
}
