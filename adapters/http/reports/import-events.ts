import type { Context } from "hono";
import type { Limits } from "../../config/limits.ts";
import { type Caller, outOfReach, reaches } from "../access/caller.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { LineSplitter } from "../body/body-lines.ts";
import { type BodyReader, drainTimeout, endConnection, openBody } from "../body/body-reader.ts";
import { contentCoding, decodeBody } from "../body/decoded-body.ts";
import { isTemporary, logRefusal } from "../error-response.ts";
import { HttpError } from "../http-error.ts";
import { respond } from "../responses.ts";
import { type BodyShare, type SharedLimits, smallBody, tooManyBodies } from "../shared-limits.ts";
import { openAppendWindow } from "./append-window.ts";
import { createBatchReader, type EventBatch, type LineError, type LineUnit } from "./event-batch.ts";
import { exportedEvents } from "./exported-events.ts";
import { type ImportTally, mostErrors, tallyImport } from "./import-tally.ts";

/**
 * Records a stream of lines as they arrive, independently of each other and in constant memory: the body is read no
 * faster than the log records it. The answer is 200 if the body was read to its end and not every line failed. Any other
 * answer tells how far it got.
 */
export async function importEvents(c: Context<AppEnv>, deps: AppDeps, shared: SharedLimits): Promise<Response> {
  const leave = shared.streams.enter("transfer", c.get("caller").name);
  const [sent, begun] = [shared.bodies.open(), shared.bodies.open()];
  try {
    return await importLines(c, deps, { sent, begun });
  } finally {
    sent.hold(0);
    begun.hold(0);
    leave();
  }
}

/** The parts of the memory for bodies that an import holds. */
interface Shares {
  /** For batches that wait for the log. */
  readonly sent: BodyShare;
  /** For the line that has not ended yet. */
  readonly begun: BodyShare;
}

async function importLines(
  c: Context<AppEnv>,
  { config: { limits }, now = Date.now, closing }: AppDeps,
  { sent, begun }: Shares,
): Promise<Response> {
  const log = c.get("log");
  const exported = exportedEvents(log, await log.id());
  const coding = contentCoding(c.req.raw);
  const raw = openBody(c.req.raw.body);
  const body = coding === undefined ? raw : decodeBody(raw, coding);
  const tally = tallyImport();
  let failure: unknown;
  const onFailure = (error: unknown) => {
    failure ??= error;
    body.stop();
  };
  const window = openAppendWindow({ exported, tally, share: sent, onFailure });
  const send = (batch: EventBatch) => window.send(confineBatch(batch, c.get("caller")));

  const stop = () => body.stop();
  closing?.addEventListener("abort", stop);
  if (closing?.aborted === true) stop();
  const isWhole = await sendLines(body, { limits, now, share: begun, send }).catch(onFailure);
  await window.finish();
  closing?.removeEventListener("abort", stop);

  if (failure === undefined && isWhole === true) return finished(c, tally);
  await body.drain(drainTimeout);
  const connection = endConnection(body);
  if (failure instanceof HttpError) {
    return unfinished(c, tally, failure.status, failure.message, { ...failure.headers, ...connection });
  }
  if (failure !== undefined && !isTemporary(failure)) throw failure;
  const problem = body.problem();
  if (problem !== undefined && failure === undefined) {
    return unfinished(c, tally, problem.status, problem.message, connection);
  }
  if (body.state() === "broken" && failure === undefined) return unfinished(c, tally, 400, "The body broke off.", {});
  if (body.state() === "late" && failure === undefined) {
    return unfinished(c, tally, 408, `Nothing came for ${limits.idleSeconds} seconds.`, connection);
  }
  const why = failure instanceof Error ? failure.message : "The server is shutting down.";
  return unfinished(c, tally, 503, why, { "retry-after": "1", ...connection });
}

interface Sending {
  readonly limits: Limits;
  readonly now: () => number;
  readonly share: BodyShare;
  readonly send: (batch: EventBatch) => Promise<void>;
}

/** Sends the lines of a body in batches. Resolves with whether the body came to its end. */
async function sendLines(body: BodyReader, { limits, now, share, send }: Sending): Promise<boolean> {
  const splitter = new LineSplitter(limits.bodyBytes);
  const readBatches = createBatchReader({ limits, now, mostErrors });
  const read = () => body.read(limits.idleSeconds * 1000);
  try {
    for (let chunk = await read(); chunk !== undefined; chunk = await read()) {
      for (const piece of piecesOf(chunk)) {
        for (const batch of readBatches(splitter.push(piece))) await send(batch);
      }
      if (!share.hold(Math.max(0, splitter.kept() - smallBody))) throw tooManyBodies(limits);
    }
    if (body.state() !== "ended") return false;
    for (const batch of readBatches(splitter.end())) await send(batch);
    return true;
  } finally {
    share.hold(0);
  }
}

const bytesPerPiece = 1 << 16;

/** Splits a chunk: a body may come as one chunk of millions of lines, and only the lines of a piece are held at once. */
function* piecesOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.byteLength; at += bytesPerPiece) yield chunk.subarray(at, at + bytesPerPiece);
}

/** The answer to a body that was read to its end: 400 if every line failed, else 200. */
function finished(c: Context<AppEnv>, tally: ImportTally): Response {
  const counts = tally.counts();
  const { recorded, duplicates, skipped, failed, errors } = counts;
  if (failed === 0 || recorded + duplicates + skipped > 0) return respond(counts);
  const error = `Nothing was recorded: each line failed, ${failed} in all. Line ${errors[0]?.line}: ${errors[0]?.error}`;
  const answer = respond({ error, ...counts }, 400);
  logRefusal(c.req.raw, answer, error);
  return answer;
}

function unfinished(
  c: Context<AppEnv>,
  tally: ImportTally,
  status: number,
  why: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const line = tally.lastDurableLine();
  const error = `${why} Every line up to ${line} has been dealt with; send those after it again, with idempotency keys all of them.`;
  const answer = respond({ error, ...tally.counts(), last_durable_line: line }, status, headers);
  logRefusal(c.req.raw, answer, error);
  return answer;
}

/** The batch without lines for assets that the caller does not reach. Each of those fails by itself. */
function confineBatch(batch: EventBatch, caller: Caller): EventBatch {
  if (caller.prefix === null) return batch;
  const units: LineUnit[] = [];
  const errors: LineError[] = [];
  for (const line of batch.units) {
    const outside = line.unit.find(({ event }) => !reaches(caller, event.assetKey));
    if (outside === undefined) units.push(line);
    else errors.push({ line: line.line, error: outOfReach(caller, outside.event.assetKey) });
  }
  return { ...batch, units, errors: [...batch.errors, ...errors] };
}
