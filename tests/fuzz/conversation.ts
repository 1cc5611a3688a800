import fc from "fast-check";
import { type Mutation, mutate, mutation, place } from "./mutations.ts";
import { anyRequest, type Request } from "./requests.ts";

/** What a client writes over one connection, a character for each byte. */
export interface Conversation {
  /** Requests, more or less, in the pieces in which they are written. */
  readonly requests: readonly (readonly string[])[];
  /** Whether a request waits for the answer to the one before. */
  readonly waits: boolean;
}

/** Header lines that change what the bytes after them mean, or ask for what is rarely asked. */
const trick = fc.constantFrom(
  "content-length: 0",
  "content-length: 5",
  "content-length: 99999999999999999999",
  "content-length: -1",
  "content-length: 0x10",
  "transfer-encoding: chunked",
  "transfer-encoding: identity",
  "transfer-encoding: gzip, chunked",
  "transfer-encoding : chunked",
  "Transfer-Encoding:\tCHUNKED",
  "expect: 100-continue",
  "expect: nothing",
  "connection: close",
  "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA",
  "content-encoding: gzip",
  "content-type: application/json; charset=utf-16",
  "content-type: application/x-ndjson",
  "content-type: text/plain",
  "idempotency-key: fuzz",
  "idempotency-key: \u00e9\u20ac",
  "accept: application/x-ndjson",
  "last-event-id: 9007199254740993",
  "authorization: Bearer fuzz",
  "origin: null",
  "sec-fetch-site: cross-site",
  "host: evil.test",
  "host: [::1]:99999",
  " folded: line",
  "no colon",
  ": no name",
  "x-nul: \0",
  "x-wide: \ud83d\ude00",
  `x-long: ${"x".repeat(70_000)}`,
);

/** The usual value, `times` as often as one of the others. */
function mostly<Value>(usual: Value, others: fc.Arbitrary<Value>, times = 15): fc.Arbitrary<Value> {
  return fc.oneof({ weight: times, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });
const framing = fc.record({
  /** The sizes of the body's chunks, or undefined for a content-length. */
  chunks: mostly<readonly number[] | undefined>(undefined, chunkSizes, 2),
  chunkEnd: mostly("", fc.constantFrom(";name=value", ';name="\\""', " ")),
  trailer: mostly("", fc.constantFrom("x-trailer: 1\r\n", "content-length: 5\r\n")),
  lineEnd: mostly("\r\n", fc.constantFrom("\n", "\r")),
  version: mostly("HTTP/1.1", fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1")),
  tricks: mostly<readonly string[]>([], fc.array(trick, { minLength: 1, maxLength: 3 })),
});
type Framing = typeof framing extends fc.Arbitrary<infer Value> ? Value : never;

function write(asked: Request, how: Framing): Buffer {
  const body = Buffer.from(asked.body ?? "");
  const headers = [["host", "localhost"] as const, ...asked.headers].map(([name, value]) => `${name}: ${value}`);
  if (how.chunks !== undefined) headers.push("transfer-encoding: chunked");
  else if (asked.body !== undefined) headers.push(`content-length: ${body.byteLength}`);
  const head = [`${asked.method} ${asked.target} ${how.version}`, ...headers, ...how.tricks, "", ""].join(how.lineEnd);
  return Buffer.concat([Buffer.from(head), how.chunks === undefined ? body : writeChunks(body, how.chunks, how)]);
}

function writeChunks(
  body: Buffer,
  sizes: readonly number[],
  { chunkEnd, trailer }: { readonly chunkEnd: string; readonly trailer: string },
): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < body.byteLength; i++) {
    const chunk = body.subarray(at, at + (sizes[i % sizes.length] ?? 1));
    parts.push(Buffer.from(`${chunk.byteLength.toString(16)}${chunkEnd}\r\n`), chunk, Buffer.from("\r\n"));
    at += chunk.byteLength;
  }
  return Buffer.concat([...parts, Buffer.from(`0${chunkEnd}\r\n${trailer}\r\n`)]);
}

function cut(bytes: Buffer, places: readonly number[]): readonly string[] {
  const cuts = places.map((at) => at % (bytes.byteLength + 1)).sort((a, b) => a - b);
  return [...cuts, bytes.byteLength].map((end, i) => bytes.toString("latin1", cuts[i - 1] ?? 0, end));
}

const mutations = mostly<readonly Mutation[]>([], fc.array(mutation, { minLength: 1, maxLength: 3 }), 5);
const written = fc
  .record({ asked: anyRequest, how: framing, mutations, cuts: fc.array(place, { maxLength: 2 }) })
  .map(({ asked, how, mutations, cuts }) => cut(mutations.reduce<Buffer>(mutate, write(asked, how)), cuts));

/** Real requests, one after the other, with some of their bytes changed, in pieces of any size. */
export const conversation: fc.Arbitrary<Conversation> = fc.record({
  requests: fc.array(written, { minLength: 1, maxLength: 4 }),
  waits: mostly<boolean>(true, fc.constant(false), 4),
});
