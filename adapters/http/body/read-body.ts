import type { Limits } from "../../config/limits.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";
import { type BodyShare, type SharedLimits, smallBody, tooManyBodies } from "../shared-limits.ts";
import { type BodyReader, drainTimeout, endConnection, openBody, refuse } from "./body-reader.ts";
import { contentCoding, decodeBody } from "./decoded-body.ts";
import { brokenBody, lateBody } from "./timeout.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The limits that all bodies share. */
export type BodyLimits = Pick<SharedLimits, "bodies" | "bodyTimeout">;

/** The slowest that a body may come, once its sender had the idle time. */
const bytesPerSecond = 16 * 1024;

/**
 * Reads a request's body as text. Rejects with HttpError: 400 if it is not UTF-8 or breaks off, 408 if it comes too
 * slowly, 413 if it is larger than its limit, 503 if all bodies together hold too much memory.
 */
export function readBody(request: RequestParts, limits: Limits, shared: BodyLimits): Promise<string> {
  if (isSmall(request, limits)) return readSmallBody(request, shared);
  if (isTooLarge(request, limits)) return refuse(request, tooLarge(limits.bodyBytes));
  const share = shared.bodies.open();
  return readInPieces(request, limits, share)
    .then(decode)
    .finally(() => share.hold(0));
}

/** As `readBody`, for a body that `isSmall`. */
export function readSmallBody(
  request: RequestParts,
  { bodyTimeout }: Pick<BodyLimits, "bodyTimeout">,
): Promise<string> {
  return bodyTimeout(request.arrayBuffer(), decode);
}

/** Bodies above this size are sent to another thread. */
const largeBody = 64 * 1024;

/**
 * Reads a body that may be large. A large one goes to `large` as bytes; its memory stays counted until `large` settles
 * or calls the given function. Any other goes to `small` as text. Rejects as `readBody` does.
 */
export async function readBodyBySize<Answer>(
  request: RequestParts,
  limits: Limits,
  shared: BodyLimits,
  handle: {
    small: (text: string) => Promise<Answer>;
    large: (bytes: ArrayBuffer, release: () => void) => Promise<Answer>;
  },
): Promise<Answer> {
  if (isSmall(request, limits)) return handle.small(await readSmallBody(request, shared));
  if (isTooLarge(request, limits)) return refuse(request, tooLarge(limits.bodyBytes));
  const share = shared.bodies.open();
  try {
    // A compressed body is decoded by the thread that parses large bodies.
    const isCompressed = (await codingOf(request)) !== undefined;
    const bytes = await readInPieces(request, limits, share, false);
    if (isCompressed || bytes.byteLength > largeBody) return await handle.large(bytes, () => share.hold(0));
    return await handle.small(decode(bytes));
  } finally {
    share.hold(0);
  }
}

/** Whether the headers say that there is a body, and that it is small enough to be read in one piece. */
export function isSmall({ headers }: RequestParts, { bodyBytes }: Limits): boolean {
  const declared = Number(headers.get("content-length") ?? Number.NaN);
  return declared > 0 && declared <= Math.min(smallBody, bodyBytes) && headers.get("content-encoding") === null;
}

/**
 * Whether a request has a body, without reading it. HTTP/1.1 says so in the headers. A Request that a program made, or
 * that came by HTTP/2, may have a body and neither header. Node has a stream even for no body, and making it costs as
 * much as a report.
 */
export function hasBody(request: RequestParts, env: AppEnv["Bindings"] | undefined): boolean {
  const length = request.headers.get("content-length");
  if (length !== null) return Number(length) !== 0;
  if (request.headers.get("transfer-encoding") !== null) return true;
  return env?.incoming === undefined && request.body !== null;
}

/** How the events of a body are written. Default: JSON. Throws HttpError 400 or 415. */
export function bodyKind(headers: Headers): "json" | "lines" {
  const given = headers.get("content-type");
  if (given === null) return "json";
  const [type = ""] = given.split(";");
  const name = type.trim().toLowerCase();
  if (name === "application/json") return "json";
  if (name !== "application/x-ndjson") {
    throw new HttpError(
      415,
      `Send an event or an array of events as application/json, or lines as application/x-ndjson. Got ${JSON.stringify(name)}.`,
    );
  }
  if (!headers.has("idempotency-key")) return "lines";
  throw new HttpError(400, "Idempotency-Key is for one event; give each line its own idempotency_key.");
}

/** Whether the headers say that the body is too large. The limit of a compressed one is on its decoded bytes. */
function isTooLarge({ headers }: RequestParts, { bodyBytes }: Limits): boolean {
  return Number(headers.get("content-length") ?? 0) > bodyBytes && headers.get("content-encoding") === null;
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpError(400, "The body is not UTF-8. Send JSON encoded in UTF-8.");
  }
}

/** The content coding. Rejects for one that is not supported, once the body is drained. */
async function codingOf(request: RequestParts): Promise<string | undefined> {
  try {
    return contentCoding(request);
  } catch (error) {
    if (error instanceof HttpError) return refuse(request, error);
    throw error;
  }
}

async function readInPieces(
  request: RequestParts,
  limits: Limits,
  share: BodyShare,
  isDecoded = true,
): Promise<ArrayBuffer> {
  const coding = isDecoded ? await codingOf(request) : undefined;
  const raw = openBody(request.body);
  const body = coding === undefined ? raw : decodeBody(raw, coding);
  try {
    return await new Blob(await readChunks(body, limits, share)).arrayBuffer();
  } catch (error) {
    share.hold(0);
    await body.drain(drainTimeout);
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(error.status, error.message, { ...error.headers, ...endConnection(body) });
  }
}

async function readChunks(body: BodyReader, limits: Limits, share: BodyShare): Promise<Uint8Array[]> {
  const { bodyBytes, idleSeconds } = limits;
  const started = performance.now();
  const chunks: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const due = started + (idleSeconds + length / bytesPerSecond) * 1000;
    const chunk = await body.read(Math.max(0, due - performance.now()));
    if (chunk === undefined) break;
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > bodyBytes) throw tooLarge(bodyBytes);
    if (!share.hold(length)) throw tooManyBodies(limits);
  }
  const problem = body.problem();
  if (problem !== undefined) throw problem;
  if (body.state() === "late") throw lateBody(idleSeconds);
  if (body.state() === "broken") throw brokenBody();
  return chunks;
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `The body is larger than ${limit} bytes. Send less, or raise --max-body-bytes.`);
}
