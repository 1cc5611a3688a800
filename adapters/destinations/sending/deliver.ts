import type { Answer, Delivery } from "../../../core/destinations/delivery.ts";
import type { Destination } from "../../../core/destinations/destination.ts";
import { envelopeText } from "../../../core/destinations/message.ts";
import { formatEvent, type RecordedEvent } from "../../../core/index.ts";
import { type Alert, EventLogError, type Stores } from "../../../storage/index.ts";
import { logger } from "../../config/logger.ts";
import { formatAlert } from "../../http/watching/format-watching.ts";
import type { Forwarding } from "../dagster/forwarding.ts";
import { askVersion, sendReport } from "../dagster/send-report.ts";
import { appriseAnswer, appriseNotification } from "../formats/apprise.ts";
import { emailContent } from "../formats/email.ts";
import { pagerdutyEvent } from "../formats/pagerduty.ts";
import { slackPayload } from "../formats/slack.ts";
import { stateMessage, type ToldMessage } from "../formats/told-message.ts";
import type { HttpRequest, HttpSend } from "../http-sender.ts";
import { webhookHeaders } from "../sign-webhook.ts";
import { heldUntil } from "./follow-alerts.ts";
import type { MailSend } from "./mailer.ts";

export interface DeliverDeps extends Pick<Stores, "log" | "sending" | "watching"> {
  readonly send: HttpSend;
  readonly mail: MailSend;
  /** Under which address people reach the server; null: nobody said. */
  readonly baseUrl: string | null;
  readonly now: () => number;
  /** An event that was read just now. */
  readonly recent: (id: number) => RecordedEvent | undefined;
  readonly logId: string;
  /** What is known of the destination, if it is a Dagster. */
  readonly forwarding: Forwarding;
}

export interface Delivered {
  /** Undefined if nothing was left to send. */
  readonly answer: Answer | undefined;
  /** Deliveries whose event or alert is gone by now. */
  readonly gone: readonly Delivery[];
  /** Of alerts that were muted after they were queued, and until when. */
  readonly muted?: readonly { readonly delivery: Delivery; readonly until: number }[];
  /** The newest event that retention took, where an event is gone. */
  readonly prunedTo: number;
  /** Whether it was of one event, of a partition. */
  readonly isOfPartition?: boolean;
}

interface Told extends ToldMessage {
  readonly delivery: Delivery;
  readonly at: number;
}

/**
 * Sends one message, of a group of deliveries or of one; of a heartbeat there are none. It never rejects: a message that
 * can't be made is tried again as one that did not arrive.
 */
export async function sendOnce(
  destination: Destination,
  deliveries: readonly Delivery[],
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Delivered> {
  const { target, allowPrivate } = destination;
  try {
    if (target.type !== "heartbeat") return await deliver(destination, deliveries, deps, signal);
    return { answer: await deps.send({ method: "GET", url: target.url, allowPrivate, signal }), gone: [], prunedTo: 0 };
  } catch (error) {
    const isOfStore = error instanceof EventLogError;
    // Not the error itself: some quote an address.
    if (!isOfStore) logger.error("a message can't be written", { destination: destination.name, error: nameOf(error) });
    const reason = isOfStore ? "the database can't be read now." : "the message can't be written.";
    return { answer: { type: "unreachable", reason }, gone: [], prunedTo: 0 };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

async function deliver(
  destination: Destination,
  deliveries: readonly Delivery[],
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Delivered> {
  const found = await Promise.all(deliveries.map((delivery) => loadMessage(delivery, deps)));
  const now = deps.now();
  const kept = found.filter((message) => message !== undefined);
  const gone = deliveries.filter((_, i) => found[i] === undefined);
  const muted = kept.flatMap((message) => mutedOf(message, now) ?? []);
  const held = new Set(muted.map(({ delivery }) => delivery));
  const messages = kept.filter(({ delivery }) => !held.has(delivery));
  const [first] = messages;
  const prunedTo = gone.length === 0 ? 0 : await deps.log.prunedId();
  if (first === undefined) return { answer: undefined, gone, muted, prunedTo };
  const isOfPartition = messages.length === 1 && (first.event?.partition ?? null) !== null;
  const answer = await sendMessages(destination, [first, ...messages.slice(1)], deps, signal);
  return { answer, gone, muted, prunedTo, isOfPartition };
}

/** A mute may begin while a group waits, or a destination is away. What was tried once may have arrived, and goes on. */
function mutedOf({ delivery, alert, type }: Told, now: number) {
  const isHeld = alert !== undefined && type !== "alert.resolved" && delivery.attempts === 0;
  const until = isHeld ? heldUntil(alert, now) : undefined;
  return until === undefined ? undefined : { delivery, until };
}

function sendMessages(
  destination: Destination,
  messages: readonly [Told, ...Told[]],
  deps: DeliverDeps,
  signal: AbortSignal,
): Promise<Answer> {
  const { send, mail, baseUrl, now } = deps;
  const { target, allowPrivate } = destination;
  const [first] = messages;
  const post = (url: string, payload: unknown, secrets: readonly string[] = []): HttpRequest => {
    const headers = { "content-type": "application/json" };
    return { method: "POST", url, headers, body: JSON.stringify(payload), allowPrivate, secrets, signal };
  };
  switch (target.type) {
    case "webhook": {
      const body = envelopeOf(first, baseUrl);
      const { secrets, url } = target;
      const signed = webhookHeaders({ id: first.delivery.messageId, body, at: now(), secrets });
      const headers = { "content-type": "application/json", ...signed };
      return send({ method: "POST", url, headers, body, allowPrivate, secrets, signal });
    }
    case "slack":
      return send(post(target.url, slackPayload(messages, baseUrl)));
    case "pagerduty":
      return send(post(target.url, pagerdutyEvent(first, target.routingKey, baseUrl), [target.routingKey]));
    case "apprise":
      return send(post(target.url, appriseNotification(messages, target, baseUrl), target.urls)).then(appriseAnswer);
    case "email":
      return mail({ target, content: emailContent(messages, baseUrl), id: first.delivery.messageId, allowPrivate });
    case "dagster":
      return forward({ target, allowPrivate }, first, deps, signal);
    case "heartbeat":
      return Promise.resolve({ type: "forbidden", reason: `a destination of type ${target.type} is told of nothing.` });
  }
}

function forward(
  dagster: Parameters<typeof sendReport>[0],
  { delivery, event }: Told,
  { send, forwarding, logId, now }: DeliverDeps,
  signal: AbortSignal,
): Promise<Answer> {
  const deps = { send, forwarding, signal, logId, now };
  return event === undefined ? askVersion(dagster, deps) : sendReport(dagster, delivery, event, deps);
}

function envelopeOf({ delivery, at, event, alert, content, type }: Told, baseUrl: string | null): string {
  const { url } = stateMessage({ type, event, alert, content }, baseUrl);
  const rest = { type, timestamp: at, url };
  if (event !== undefined) return envelopeText({ ...rest, event: formatEvent(event) });
  if (alert !== undefined) return envelopeText({ ...rest, alert: formatAlert(alert) });
  return envelopeText({ ...rest, ...(delivery.content !== null && { content: delivery.content }) });
}

/** Undefined if the event or the alert is not kept any more. */
async function loadMessage(delivery: Delivery, deps: DeliverDeps): Promise<Told | undefined> {
  const { type, eventId, alertChangeId, content, createdAt } = delivery;
  if (eventId !== null) {
    const event = deps.recent(eventId) ?? (await deps.log.get(eventId));
    return event && { type, delivery, at: event.timestamp, event };
  }
  if (alertChangeId !== null) {
    const change = await deps.sending.alertChange(alertChangeId);
    return change && { type, delivery, at: change.at, alert: change.alert };
  }
  // An object: the engine wrote it.
  const found = content === null ? {} : (JSON.parse(content) as Readonly<Record<string, unknown>>);
  if (typeof found.alert_id !== "number") return { type, delivery, at: createdAt, content: found };
  const alert: Alert | undefined = await deps.watching.alert(found.alert_id);
  return alert && { type, delivery, at: createdAt, alert };
}
