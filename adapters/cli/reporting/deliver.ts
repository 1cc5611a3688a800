import { formatNewEvent } from "../../../core/events/wire.ts";
import { maxEventDepth, parseJson } from "../../../core/json/json.ts";
import { isJsonObject, type JsonObject } from "../../../core/json/json-value.ts";
import type { NewEvent } from "../../../storage/event-log.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import { randomKey } from "../../client/retry.ts";
import { announce, findDestination, type LogOptions, whereabouts } from "../destination.ts";
import { sentenceOf } from "../exit-code.ts";
import { isAway, sendWaiting } from "../spool/send-waiting.ts";
import { spoolRoot } from "../spool/spool-folder.ts";
import { type Connection, senderOf, serverConnection, withDatabase } from "../with-log.ts";

export interface DeliveryOptions extends LogOptions {
  /** Whether to keep the report if the server is away. Default: true. */
  readonly spool?: boolean | undefined;
}

interface DeliveryLimits {
  /** How long the server may take before the report is kept, in milliseconds. Default: 30,000. */
  readonly timeout?: number;
  /** Ends the wait for the answer. Its reason must be a RunlessClientError of a server that is away. */
  readonly signal?: AbortSignal;
}

type Delivery =
  | {
      readonly status: "recorded";
      readonly ids: readonly number[];
      readonly duplicates: number;
      /** ` at http://…`; empty if an option or a variable named the destination. */
      readonly where: string;
    }
  /** The server is away, and the report waits in a file. The reason is a sentence. */
  | { readonly status: "kept"; readonly path: string; readonly reason: string };

type Keyed = NewEvent & { readonly idempotencyKey: string };

/**
 * Reports events as one unit to the database or server of the options, or keeps them in the spool if the server is away.
 * Rejects if neither succeeded. Then the events may be recorded all the same, unless they were refused.
 */
export async function deliver(
  options: DeliveryOptions,
  events: readonly NewEvent[],
  limits: DeliveryLimits = {},
): Promise<Delivery> {
  const keyed = events.map(({ event, idempotencyKey }): Keyed => {
    return { event, idempotencyKey: idempotencyKey ?? randomKey() };
  });
  const given = events.filter(({ idempotencyKey }) => idempotencyKey !== undefined).length;
  const destination = await findDestination(options);
  announce(destination);
  const where = whereabouts(destination);
  const post = async (connection: Connection, times: number | undefined, signal: AbortSignal | undefined) => {
    const { ids, duplicates } = await report(connection, keyed, times, signal);
    // A duplicate under a generated key is the event of an earlier attempt whose answer was lost.
    return { status: "recorded", where, ids, duplicates: Math.min(duplicates, given) } as const;
  };
  if (destination.kind === "database") {
    return withDatabase(destination, options, (connection) => post(connection, undefined, undefined));
  }

  const connection = serverConnection(destination);
  const keptAt = Date.now();
  const deadline = options.spool === false ? undefined : endIn(limits.timeout ?? 30_000, limits.signal);
  try {
    const signal = deadline?.signal ?? limits.signal;
    const wasAway = await sendWaiting(connection, { isReporting: true, signal });
    return await post(connection, wasAway ? 1 : undefined, signal);
  } catch (error) {
    if (options.spool === false || !(error instanceof RunlessClientError) || !isAway(error)) throw error;
    return await keep(connection.url, keyed, keptAt, error);
  } finally {
    deadline?.end();
  }
}

async function report(
  connection: Connection,
  events: readonly Keyed[],
  times: number | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly ids: readonly number[]; readonly duplicates: number }> {
  const texts = events.map(({ event, idempotencyKey }) => formatNewEvent(event, idempotencyKey));
  const send = senderOf(connection, times);
  const post = (body: string) => send({ method: "POST", path: "events", body, signal });
  // A single event is sent without an array, so that its error does not name index 0.
  if (texts.length !== 1) return readAnswer(answers.reportedAll, await post(`[${texts.join(",")}]`));
  const { id, duplicate } = readAnswer(answers.reported, await post(texts.join()));
  return { ids: [id], duplicates: duplicate ? 1 : 0 };
}

/** Keeps the report. Rejects with both reasons if it can't be kept. */
async function keep(
  url: string,
  events: readonly Keyed[],
  keptAt: number,
  { code, status, message }: RunlessClientError,
): Promise<Delivery> {
  const { keepReport } = await import("../spool/keep-report.ts");
  const triedWithoutTime = events.some(({ event }) => event.timestamp === null);
  try {
    const texts = events.map((keyed) => timed(keyed, keptAt));
    const path = keepReport(spoolRoot(), { url, keptAt, triedWithoutTime, events: texts });
    return { status: "kept", path, reason: message };
  } catch (cause) {
    throw new RunlessClientError(code, `${message} And ${sentenceOf(cause)}`, { status, cause });
  }
}

/** The event as it is sent later, with its timestamp. */
function timed({ event, idempotencyKey }: Keyed, now: number): JsonObject {
  const text = formatNewEvent({ ...event, timestamp: event.timestamp ?? now }, idempotencyKey);
  const json = parseJson(text, { maxDepth: maxEventDepth });
  if (isJsonObject(json)) return json;
  throw new TypeError("An event is a JSON object.");
}

/** A signal that aborts after so many milliseconds, or with another signal. */
function endIn(milliseconds: number, other: AbortSignal | undefined) {
  const controller = new AbortController();
  const message = `The server did not answer within ${milliseconds / 1000} seconds.`;
  const timer = setTimeout(() => controller.abort(new RunlessClientError("timeout", message)), milliseconds);
  const abort = () => controller.abort(other?.reason);
  if (other?.aborted === true) abort();
  else other?.addEventListener("abort", abort);
  const end = () => {
    clearTimeout(timer);
    other?.removeEventListener("abort", abort);
  };
  return { signal: controller.signal, end };
}
