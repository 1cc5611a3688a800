import { parseJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isJsonObject, type JsonValue } from "../../../core/json/json-value.ts";

/**
 * Adds the idempotency key `<prefix><line number>` to each event without a key, so that the lines can be sent again. Every
 * other line, also a wrong one, stays byte for byte as it is. `lackingKey` counts the added keys.
 */
export function keyedLines(bytes: Uint8Array<ArrayBuffer>, prefix: string, linesBefore: number) {
  // Latin-1 maps each byte to a character and back, so invalid UTF-8 survives. The punctuation of JSON is ASCII.
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
  let lackingKey = 0;
  const keyed = lines.map((line, i) => {
    if (!lacksKey(line)) return line;
    lackingKey++;
    return line.replace(/\}\s*$/, `,"idempotency_key":"${prefix}${linesBefore + i + 1}"}`);
  });
  return { body: Buffer.from(keyed.join("\n"), "latin1"), lackingKey };
}

function lacksKey(line: string): boolean {
  const json = tryParse(line.replace(/^\u00ef\u00bb\u00bf/, ""));
  // An empty object is no event, and a comma after its brace would be invalid.
  return isJsonObject(json) && (json.idempotency_key ?? null) === null && Object.keys(json).length > 0;
}

function tryParse(line: string): JsonValue | undefined {
  try {
    return parseJson(line, { maxDepth: maxEventDepth });
  } catch {
    return undefined;
  }
}

interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many lines, including blank ones. */
  readonly lines: number;
}

const newline = 0x0a;
const partBytes = 4 << 20;

/** Splits the input into parts of a few megabytes that end with a line. */
export async function* wholeLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0 || length + end < partBytes) {
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
