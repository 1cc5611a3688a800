import { once } from "node:events";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request-parts.ts";
import type { BodyReader } from "./body-reader.ts";

// Node before 22.15 and 23.8 has no zstd.
const createZstd: (() => Transform) | undefined = Reflect.get(zlib, "createZstdDecompress");

const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", () => zlib.createGunzip()],
  ["x-gzip", () => zlib.createGunzip()],
  ["deflate", () => zlib.createInflate()],
  ["br", () => zlib.createBrotliDecompress()],
  ...(createZstd === undefined ? [] : [["zstd", createZstd] as const]),
]);

/** As `Accept-Encoding` says them. */
const taken = [...decoders.keys()].filter((name) => name !== "x-gzip").join(", ");

/** The coding of a body; undefined where it came as it is. Throws HttpError 415 for one that is not read here. */
export function contentCoding({ headers }: Pick<RequestParts, "headers">): string | undefined {
  const given = headers.get("content-encoding");
  if (given === null) return undefined;
  const coding = given.trim().toLowerCase();
  if (coding === "" || coding === "identity") return undefined;
  if (decoders.has(coding)) return coding;
  const problem = `Send the body as it is, or in one of these codings: ${taken}. Got Content-Encoding ${JSON.stringify(given.slice(0, 100))}.`;
  throw new HttpError(415, problem, { "accept-encoding": taken });
}

/** How many times what was received a body may become: JSON and lines shrink to a twentieth, and zeros to a thousandth. */
const mostExpansion = 200;
/** A body may become so large whatever was received, in bytes: a few bytes may well stand for many. */
const alwaysAllowed = 64 << 10;

/**
 * A body without its coding, decoded chunk by chunk on the runtime's pool of threads, no further than it is read. What is
 * damaged, cut short or expands too far ends it as `broken`, and `problem` says why.
 */
export function decodeBody(raw: BodyReader, coding: string): BodyReader {
  const decoder = decoders.get(coding)?.();
  if (decoder === undefined) throw new Error(`There is no decoder of ${coding}.`); // contentCoding has answered it
  let [received, produced] = [0, 0];
  let problem: HttpError | undefined;
  let [isEnded, isFed, isStopped] = [false, false, false];
  let timeout = 0;
  decoder.on("error", () => {}); // the iterator says it
  const chunks = decoder[Symbol.asyncIterator]();

  async function feed(into: Transform): Promise<void> {
    for (;;) {
      const chunk = await raw.read(timeout);
      if (chunk === undefined) break;
      received += chunk.byteLength;
      if (!into.write(chunk)) await once(into, "drain");
    }
    if (raw.state() === "ended") into.end();
    else into.destroy(); // the sender went away, or is late: that is what there is to say
  }

  function fail(failure: HttpError): undefined {
    problem ??= failure;
    decoder?.destroy();
  }

  return {
    async read(milliseconds) {
      if (isEnded || problem !== undefined) return undefined;
      timeout = milliseconds;
      if (!isFed) feed(decoder).catch(() => {}); // likewise
      isFed = true;
      try {
        const { done = false, value } = await chunks.next();
        if (done) {
          isEnded = raw.state() === "ended";
          return undefined;
        }
        const chunk: Uint8Array = value;
        produced += chunk.byteLength;
        if (produced > alwaysAllowed && produced > received * mostExpansion) {
          const most = `no more than ${mostExpansion} times what was sent`;
          return fail(new HttpError(413, `The body expands too far: decoded it may have ${most}. Send it as it is.`));
        }
        return chunk;
      } catch (error) {
        if (isStopped || raw.state() === "broken" || raw.state() === "late") return undefined;
        isEnded = received === 0; // no byte at all is a body without any
        if (isEnded) return undefined;
        const why = error instanceof Error ? error.message : String(error);
        return fail(new HttpError(400, `The body is damaged or cut short, so that it is no whole ${coding}: ${why}.`));
      }
    },
    stop() {
      isStopped = true;
      raw.stop();
      decoder.destroy();
    },
    state: () => (problem !== undefined ? "broken" : isEnded || raw.state() !== "ended" ? raw.state() : "open"),
    problem: () => problem,
    isDrained: () => raw.state() === "ended" || raw.state() === "broken",
    drain: (milliseconds) => {
      decoder.destroy();
      return raw.drain(milliseconds);
    },
  };
}
