import type { Context } from "hono";
import type { Limits } from "../../config/limits.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { splitLines } from "../body/body-lines.ts";
import { type BodyShare, smallBody, tooManyBodies } from "../body/body-memory.ts";
import { type BodyReader, drainTimeout, endConnection, openBody } from "../body/body-reader.ts";
import { contentCoding, decodeBody } from "../body/decoded-body.ts";
import { isTemporary } from "../error-response.ts";
import { HttpError } from "../http-error.ts";
import { respond } from "../json-response.ts";
import { logRefusal } from "../log-refusal.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { openAppendWindow } from "./append-window.ts";
import { confineBatch } from "./confine-batch.ts";
import { createBatchReader, type EventBatch } from "./event-batch.ts";
import { exportedEvents } from "./exported-events.ts";
import { type ImportTally, mostErrors, tallyImport } from "./import-tally.ts";

/**
 * Records a stream of lines as they arrive, each for itself, in constant memory: the body is read no faster than the
 * log takes it. 200 says that the body was read to its end, and that not every line failed;
 * every other answer says how far it got.
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

/** What an import holds of the memory for bodies. */
interface Shares {
  readonly sent: BodyShare;
  /** The line that is not ended yet. */
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

  closing?.addEventListener("abort", body.stop);
  if (closing?.aborted === true) body.stop();
  const isWhole = await sendLines(body, { limits, now, share: begun, send }).catch(onFailure);
  await window.finish();
  closing?.removeEventListener("abort", body.stop);

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

/** Sends what comes of a body, and keeps nothing of it then. Answers whether that was all of it. */
async function sendLines(body: BodyReader, { limits, now, share, send }: Sending): Promise<boolean> {
  const splitter = splitLines(limits.bodyBytes);
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

/** A body may come as one chunk, of millions of lines: only those of a piece are held at once. */
function* piecesOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.byteLength; at += bytesPerPiece) yield chunk.subarray(at, at + bytesPerPiece);
}

/** Of a body that was read to its end. Where nothing of it could be recorded, the status says so too. */
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
