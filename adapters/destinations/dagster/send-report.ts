import { isReducedNext, isTaken } from "../../../core/destinations/dagster/after-report.ts";
import { type DagsterReport, dagsterReport, eventMark } from "../../../core/destinations/dagster/dagster-report.ts";
import { lookUpBody, readLookUp } from "../../../core/destinations/dagster/look-up.ts";
import type { Answer, Delivery } from "../../../core/destinations/delivery.ts";
import type { Destination, DestinationTarget } from "../../../core/destinations/destination.ts";
import type { RecordedEvent } from "../../../core/index.ts";
import type { HttpRequest, HttpSend } from "../http-sender.ts";
import type { Forwarding } from "./forwarding.ts";

export interface ReportDeps {
  readonly send: HttpSend;
  readonly forwarding: Forwarding;
  readonly logId: string;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

type DagsterTarget = Extract<DestinationTarget, { readonly type: "dagster" }>;

interface Asking extends ReportDeps {
  readonly target: DagsterTarget;
  readonly allowPrivate: boolean;
}

/** A locked SQLite holds that whole server up for 30 s. In milliseconds. */
const timeout = 40_000;
const mostLookedUp = 32 * 1024 * 1024;
/** Dagster's clock tells when it recorded an event, and it may be behind ours. */
const clocksDiffer = 15 * 60_000;

/**
 * Reports an event to Dagster, unless it is there already: what may have arrived is looked up first. Exactly once, unless
 * Dagster commits a request after both the time-out and the look-up.
 */
export async function sendReport(
  { target, allowPrivate }: Pick<Destination, "allowPrivate"> & { readonly target: DagsterTarget },
  delivery: Delivery,
  event: RecordedEvent,
  deps: ReportDeps,
): Promise<Answer> {
  const asking = { ...deps, target, allowPrivate };
  const { forwarding, logId } = deps;
  const failed = forwarding.isKnown ? undefined : await refuseItself(asking);
  if (failed !== undefined) return failed;
  forwarding.isKnown = true;
  const isReduced = event.type === "ASSET_CHECK_EVALUATION" && event.partition !== null && isReducedNext(delivery);
  if (forwarding.isSuspect(delivery.id)) {
    const found = await lookUp(event, delivery, asking);
    if (found !== "missing") return found;
  }
  const wasSuspect = forwarding.isSuspect(delivery.id);
  forwarding.noteSent(delivery.id);
  const answer = await report(dagsterReport(event, logId, isReduced), asking);
  if (!wasSuspect && answer.type === "unreachable") forwarding.noteUnsent(delivery.id);
  if (isTaken(answer)) forwarding.noteArrived(deps.now());
  return answer;
}

/** A test: something that Dagster answers without a change. */
export function askVersion(
  { target, allowPrivate }: Pick<Destination, "allowPrivate"> & { readonly target: DagsterTarget },
  deps: ReportDeps,
): Promise<Answer> {
  return post("graphql", JSON.stringify({ query: "{ version }" }), { ...deps, target, allowPrivate });
}

/** Events that are sent to the log that they come from would come back for ever. Undefined: it is another. */
async function refuseItself(asking: Asking): Promise<Answer | undefined> {
  const { send, target, allowPrivate, logId, signal } = asking;
  const url = urlOf(target, "api/v1/log");
  const answer = await send({ method: "GET", url, headers: headersOf(target), allowPrivate, timeout, signal });
  if (answer.type !== "answered") return answer.type === "lost" ? unreachable(answer.reason) : answer;
  if (answer.status !== 200 || !answer.text.includes(JSON.stringify(logId))) return undefined;
  return { type: "forbidden", reason: `${new URL(url).host} is this log itself: write the URL of dagster-webserver.` };
}

async function report({ path, body }: DagsterReport, asking: Asking): Promise<Answer> {
  const answer = await post(path, body, asking);
  return path === "graphql" ? judgeMutation(answer) : answer;
}

/** GraphQL says what went wrong with 200. */
function judgeMutation(answer: Answer): Answer {
  if (answer.type !== "answered" || answer.status >= 300 || !/^\s*\{/.test(answer.text)) return answer;
  const result = /"__typename"\s*:\s*"(\w+)"/.exec(answer.text)?.[1];
  if (result === "ReportAssetCheckEvaluationsSuccess") return answer;
  if (result === "UnauthorizedError") return { ...answer, status: 401 };
  // Nothing but a success is one: an error of the request itself has no result.
  return { ...answer, status: result === undefined ? 400 : 500 };
}

/** Looks for an event in Dagster. Else what follows is as if the report had been answered so, but nothing is parked. */
async function lookUp(event: RecordedEvent, { createdAt }: Delivery, asking: Asking): Promise<Answer | "missing"> {
  // A replay may be of an event that was sent long before its delivery was queued, but not before it was recorded.
  const oldest = Math.min(createdAt, event.receivedAt) - clocksDiffer;
  const mark = `${asking.logId}/${event.id}`;
  for (let before: string | null = null; ; ) {
    const answer = await post("graphql", lookUpBody(event, before), asking, mostLookedUp);
    if (answer.type === "lost") return unreachable(answer.reason);
    if (answer.type !== "answered") return answer;
    const { status, text } = answer;
    if (status !== 200) return failedLookUp(answer, asking.target);
    const page = readLookUp(text);
    if (page === undefined)
      return failedLookUp(/^\s*\{/.test(text) ? { ...answer, status: 500 } : answer, asking.target);
    if (page.marks.includes(mark)) return { ...answer, text: `{} (${eventMark} was there)` };
    if (page.next === null || (page.oldest ?? 0) < oldest) return "missing";
    // All of a page at one time: those at it are left behind.
    before = page.next === before ? String(Number(before) - 1) : page.next;
  }
}

/** A look-up that is refused says nothing of the event: it is asked again. */
function failedLookUp(answer: Extract<Answer, { readonly type: "answered" }>, { url }: DagsterTarget): Answer {
  const { status } = answer;
  const isOfWay =
    status < 300 || status === 401 || status === 403 || status === 404 || status === 405 || status === 429;
  // Not its text, from which nothing was taken out.
  if (isOfWay || status === 503 || (status >= 300 && status < 400)) return { ...answer, text: "" };
  return unreachable(`${new URL(url).host} answered ${status} when it was asked for what it has.`);
}

function unreachable(reason: string): Answer {
  return { type: "unreachable", reason };
}

function post(path: string, body: string, asking: Asking, rawBytes?: number): Promise<Answer> {
  const { send, target, allowPrivate, signal } = asking;
  const request: HttpRequest = {
    method: "POST",
    url: urlOf(target, path),
    headers: headersOf(target),
    body,
    allowPrivate,
    timeout,
    signal,
  };
  return send(rawBytes === undefined ? request : { ...request, rawBytes });
}

function urlOf({ url }: DagsterTarget, path: string): string {
  return `${url.replace(/\/+$/, "")}/${path}`;
}

function headersOf({ headers, token }: DagsterTarget): Readonly<Record<string, string>> {
  // Dagster takes this content type alone, with no parameter.
  return {
    ...headers,
    ...(token !== null && { "Dagster-Cloud-Api-Token": token }),
    "content-type": "application/json",
  };
}
