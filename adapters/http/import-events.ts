import type { AppDeps } from "./app-deps.ts";
import { openAppendWindow } from "./append-window.ts";
import { splitLines } from "./body-lines.ts";
import { drainPatience, openBody } from "./body-reader.ts";
import { isTemporary } from "./error-response.ts";
import { readBatches } from "./event-batch.ts";
import { exportedEvents } from "./exported-events.ts";
import { type ImportTally, tallyImport } from "./import-tally.ts";

/**
 * Records a stream of lines as they arrive, each for itself, in constant memory: the body is read no faster than the
 * log takes it. 200 says that the body was read to its end; every other answer says how far it got.
 */
export async function importEvents(request: Request, deps: AppDeps): Promise<Response> {
  const { log, config, now = Date.now, closing } = deps;
  const exported = exportedEvents(log, await log.id());
  const body = openBody(request.body);
  const splitter = splitLines(config.limits.bodyBytes);
  const tally = tallyImport();
  let failure: unknown;
  const onFailure = (error: unknown) => {
    failure ??= error;
    body.stop();
  };
  const window = openAppendWindow({ exported, tally, onFailure });

  closing?.addEventListener("abort", body.stop);
  if (closing?.aborted === true) body.stop();
  for (let chunk = await body.read(); chunk !== undefined; chunk = await body.read()) {
    for (const batch of readBatches(splitter.push(chunk), now())) await window.send(batch);
  }
  const isWhole = body.state() === "ended";
  for (const batch of readBatches(isWhole ? splitter.end() : [], now())) await window.send(batch);
  await window.finish();
  closing?.removeEventListener("abort", body.stop);

  if (failure === undefined && isWhole) return Response.json(tally.counts());
  await body.drain(drainPatience);
  if (failure !== undefined && !isTemporary(failure)) throw failure;
  if (body.state() === "broken" && failure === undefined) return unfinished(tally, 400, "The body broke off.", {});
  const why = failure instanceof Error ? failure.message : "The server is shutting down.";
  // What is still to come of the body would be taken for the next request.
  const connection = body.state() === "open" ? { connection: "close" } : undefined;
  return unfinished(tally, 503, why, { "retry-after": "1", ...connection });
}

function unfinished(
  tally: ImportTally,
  status: number,
  why: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const line = tally.lastDurableLine();
  const error = `${why} Every line up to ${line} has been dealt with; send those after it again, with idempotency keys all of them.`;
  return Response.json({ error, ...tally.counts(), last_durable_line: line }, { status, headers });
}
