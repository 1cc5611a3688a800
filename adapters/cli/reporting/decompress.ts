import { pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import { CommandError, exitCodes, sentenceOf } from "../exit-code.ts";

interface Decompressed {
  readonly input: AsyncIterable<Uint8Array>;
  readonly wasCompressed: boolean;
}

/** Codings by the first bytes of a file. The decoder is undefined if the runtime has none. */
const codings: readonly (readonly [readonly number[], string, (() => zlib.Gunzip) | undefined])[] = [
  [[0x1f, 0x8b], "gzip", () => zlib.createGunzip()],
  [[0x28, 0xb5, 0x2f, 0xfd], "zstd", zstdOf(zlib)],
  [[0x42, 0x5a, 0x68], "bzip2", undefined],
  [[0xfd, 0x37, 0x7a, 0x58], "xz", undefined],
  [[0x50, 0x4b, 0x03, 0x04], "zip", undefined],
];

/** Decompresses gzip and zstd, and passes other input on. The first bytes tell: no line of JSON begins with them. */
export async function decompressed(source: AsyncIterable<Uint8Array>): Promise<Decompressed> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const rest = { [Symbol.asyncIterator]: () => chunks };
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* rest;
  }
  const coding = codings.find(([bytes]) => bytes.every((byte, i) => head[i] === byte));
  if (coding === undefined) return { input: whole(), wasCompressed: false };
  const [, name, create] = coding;
  if (create === undefined) {
    throw new CommandError(
      exitCodes.usage,
      `The file is compressed by ${name}, which is not read here. Unpack it first.`,
    );
  }
  return { input: unpacked(whole(), create(), name), wasCompressed: true };
}

async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  decoder: zlib.Gunzip,
  name: string,
): AsyncGenerator<Uint8Array> {
  // A failure here fails the decoder too, which throws below.
  pipeline(Readable.from(source), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (error) {
    throw new CommandError(
      exitCodes.failed,
      `The file is cut short or damaged, as ${name} reads it: ${sentenceOf(error)}.`,
    );
  }
}

/** Node since 22.15 and Bun have zstd. */
function zstdOf(library: object): (() => zlib.Gunzip) | undefined {
  if (!("createZstdDecompress" in library) || typeof library.createZstdDecompress !== "function") return undefined;
  const { createZstdDecompress } = library;
  return () => createZstdDecompress();
}
