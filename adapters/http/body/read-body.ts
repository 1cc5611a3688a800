import type { Limits } from "../../config/limits.ts";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";
import { type BodyMemory, type BodyShare, smallBody, tooManyBodies } from "./body-memory.ts";
import { type BodyReader, drainTimeout, endConnection, openBody } from "./body-reader.ts";
import { contentCoding, decodeBody } from "./decoded-body.ts";
import { refuse } from "./refuse.ts";
import { createTimeout, type SharedTimeout } from "./timeout.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What the reading of all bodies shares. */
export interface Reading {
  readonly bodies: BodyMemory;
  /** For bodies that are read at once. */
  readonly inTime: SharedTimeout;
}

/** From a sender that goes on, a second more for each so many bytes: as slow as that a body may be. */
const bytesPerSecond = 16 * 1024;

/**
 * A request's body as text. Throws HttpError 400 where it is not UTF-8 or breaks off, 408 where it does not come, 413
 * where it is larger than it may be, and 503 where the bodies under way are.
 */
export function readBody(request: RequestParts, limits: Limits, reading: Reading): Promise<string> {
  if (isSmall(request, limits)) return readSmallBody(request, reading);
  if (isTooLarge(request, limits)) return refuse(request, tooLarge(limits.bodyBytes));
  const share = reading.bodies.open();
  return readInPieces(request, limits, share)
    .then(decode)
    .finally(() => share.hold(0));
}

/** The same for a body of which `isSmall` is true. */
export function readSmallBody(request: RequestParts, { inTime }: Pick<Reading, "inTime">): Promise<string> {
  return inTime(request.arrayBuffer(), decode);
}

/** Above it, a body is worth the way to another thread. */
const largeBody = 64 * 1024;

/**
 * Reads a body that may be large. One that is goes to `large`, with its memory counted until that has settled or calls
 * the given function; any other goes to `small`, as text. Rejects as `readBody` does.
 */
export async function readBodyBySize<Answer>(
  request: RequestParts,
  limits: Limits,
  reading: Reading,
  handle: {
    small: (text: string) => Promise<Answer>;
    large: (bytes: ArrayBuffer, release: () => void) => Promise<Answer>;
  },
): Promise<Answer> {
  if (isSmall(request, limits)) return handle.small(await readSmallBody(request, reading));
  if (isTooLarge(request, limits)) return refuse(request, tooLarge(limits.bodyBytes));
  const share = reading.bodies.open();
  try {
    // What is compressed is decoded where large bodies are taken apart.
    const isCompressed = (await codingOf(request)) !== undefined;
    const bytes = await readInPieces(request, limits, share, false);
    if (isCompressed || bytes.byteLength > largeBody) return await handle.large(bytes, () => share.hold(0));
    return await handle.small(decode(bytes));
  } finally {
    share.hold(0);
  }
}

/** Whether there is a body, and it says that it is small enough to be read at once. */
export function isSmall({ headers }: RequestParts, { bodyBytes }: Limits): boolean {
  const declared = Number(headers.get("content-length") ?? Number.NaN);
  return declared > 0 && declared <= Math.min(smallBody, bodyBytes) && headers.get("content-encoding") === null;
}

/** Whether the body says that it is too large. Of a compressed one the decoded bytes count, which nobody knows yet. */
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

/** Rejects with HttpError 408, or 400 for a body that broke off. */
export function bodyTimeout({ idleSeconds }: Limits): SharedTimeout {
  return createTimeout(idleSeconds * 1000, () => lateBody(idleSeconds), brokenBody);
}

/** Rejects once what can't be read is out of the way of the next request. */
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

function lateBody(seconds: number): HttpError {
  const problem = `The body came too slowly: ${seconds} seconds, and one more for each 16 KB, are all it may take. Send it faster, or raise --max-idle-seconds.`;
  return new HttpError(408, problem, { connection: "close" });
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `The body is larger than ${limit} bytes. Send less, or raise --max-body-bytes.`);
}

function brokenBody(): HttpError {
  return new HttpError(400, "The body broke off before its end.");
}
