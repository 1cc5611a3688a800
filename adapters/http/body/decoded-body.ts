import { once } from "node:events";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { HttpError } from "../http-error.ts";
import type { RequestParts } from "../request.ts";
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

/** The codings in the form of `Accept-Encoding`. */
const accepted = [...decoders.keys()].filter((name) => name !== "x-gzip").join(", ");

/** The coding of a body; undefined if it has none. Throws HttpError 415 for a coding that is not supported. */
export function contentCoding({ headers }: Pick<RequestParts, "headers">): string | undefined {
  const given = headers.get("content-encoding");
  if (given === null) return undefined;
  const coding = given.trim().toLowerCase();
  if (coding === "" || coding === "identity") return undefined;
  if (decoders.has(coding)) return coding;
  const problem = `Send the body as it is, or in one of these codings: ${accepted}. Got Content-Encoding ${JSON.stringify(given.slice(0, 100))}.`;
  throw new HttpError(415, problem, { "accept-encoding": accepted });
}

/** How many times its received size a body may expand to. JSON shrinks to a twentieth, and zeros to a thousandth. */
const mostExpansion = 200;
/** A body may expand to this many bytes in any case: a few bytes may well stand for many. */
const alwaysAllowed = 64 << 10;

/** Decodes a body chunk by chunk, in the runtime's thread pool, and reads no further ahead than its reader does. */
export function decodeBody(raw: BodyReader, coding: string): BodyReader {
  const decoder = decoders.get(coding)?.();
  if (decoder === undefined) throw new Error(`There is no decoder of ${coding}.`); // contentCoding refuses it
  return new DecodedBody(raw, coding, decoder);
}

/** A body that is damaged, cut short or expands too far ends as `broken`, and `problem` gives the error. */
class DecodedBody implements BodyReader {
  readonly #raw: BodyReader;
  readonly #coding: string;
  readonly #decoder: Transform;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #received = 0;
  #produced = 0;
  #problem: HttpError | undefined;
  #isEnded = false;
  #isFed = false;
  #isStopped = false;
  #timeout = 0;

  constructor(raw: BodyReader, coding: string, decoder: Transform) {
    this.#raw = raw;
    this.#coding = coding;
    this.#decoder = decoder;
    decoder.on("error", () => {}); // the iterator rejects with it
    this.#chunks = decoder[Symbol.asyncIterator]();
  }

  async read(timeout: number): Promise<Uint8Array | undefined> {
    if (this.#isEnded || this.#problem !== undefined) return undefined;
    this.#timeout = timeout;
    if (!this.#isFed) this.#feed().catch(() => {}); // likewise
    this.#isFed = true;
    try {
      const { done = false, value } = await this.#chunks.next();
      if (done) {
        this.#isEnded = this.#raw.state() === "ended";
        return undefined;
      }
      return this.#checkExpansion(value);
    } catch (error) {
      return this.#failed(error);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#raw.stop();
    this.#decoder.destroy();
  }

  state(): ReturnType<BodyReader["state"]> {
    if (this.#problem !== undefined) return "broken";
    return this.#isEnded || this.#raw.state() !== "ended" ? this.#raw.state() : "open";
  }

  problem(): HttpError | undefined {
    return this.#problem;
  }

  isDrained(): boolean {
    return this.#raw.state() === "ended" || this.#raw.state() === "broken";
  }

  drain(timeout: number): Promise<void> {
    this.#decoder.destroy();
    return this.#raw.drain(timeout);
  }

  async #feed(): Promise<void> {
    for (;;) {
      const chunk = await this.#raw.read(this.#timeout);
      if (chunk === undefined) break;
      this.#received += chunk.byteLength;
      if (!this.#decoder.write(chunk)) await once(this.#decoder, "drain");
    }
    if (this.#raw.state() === "ended") this.#decoder.end();
    else this.#decoder.destroy(); // the state says that the sender went away, or is late
  }

  #checkExpansion(chunk: Uint8Array): Uint8Array | undefined {
    this.#produced += chunk.byteLength;
    if (this.#produced <= alwaysAllowed || this.#produced <= this.#received * mostExpansion) return chunk;
    const most = `no more than ${mostExpansion} times what was sent`;
    return this.#fail(new HttpError(413, `The body expands too far: decoded it may have ${most}. Send it as it is.`));
  }

  #failed(error: unknown): undefined {
    if (this.#isStopped || this.#raw.state() === "broken" || this.#raw.state() === "late") return undefined;
    this.#isEnded = this.#received === 0; // a body without a byte is an empty one
    if (this.#isEnded) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const problem = `The body is damaged or cut short, so that it is no whole ${this.#coding}: ${why}.`;
    return this.#fail(new HttpError(400, problem));
  }

  #fail(problem: HttpError): undefined {
    this.#problem ??= problem;
    this.#decoder.destroy();
  }
}
