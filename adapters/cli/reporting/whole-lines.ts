export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Blank ones too. */
  readonly lines: number;
}

const newline = 0x0a;
const enough = 4 << 20;

/** What comes, in parts of a few megabytes that end where a line ends. */
export async function* wholeLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0 || length + end < enough) {
      parts.push(chunk);
      length += chunk.byteLength;
      continue;
    }
    yield joined([...parts, chunk.subarray(0, end)]);
    parts = [chunk.subarray(end)];
    length = chunk.byteLength - end;
  }
  if (length > 0) yield joined(parts);
}

function joined(parts: readonly Uint8Array[]): Lines {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  let lines = bytes.at(-1) === newline ? 0 : 1;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, end + 1)) lines++;
  return { bytes, lines };
}
