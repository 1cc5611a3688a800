/** A line of a body, from 1, without its end; or why it is none that can be read. */
export type BodyLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly error: string };

export interface LineSplitter {
  /** The lines that end in this chunk. Those that are blank are left out, and counted. */
  push(chunk: Uint8Array): readonly BodyLine[];
  /** The last line, where no newline ends it. */
  end(): readonly BodyLine[];
  /** How many bytes it keeps, of the line that is not ended yet. */
  kept(): number;
}

const newline = 0x0a;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Cuts a body into lines of at most `limit` bytes, wherever its chunks begin and end, and keeps no more than one line.
 * Bytes are cut and not characters: no character of UTF-8 holds the byte of a newline.
 */
export function splitLines(limit: number): LineSplitter {
  let started: Uint8Array[] = []; // of the line that is not ended yet
  let length = 0;
  let number = 0;

  function start(bytes: Uint8Array): void {
    length += bytes.byteLength;
    if (length <= limit) started.push(bytes);
    else started = []; // too long already: the length is all that is needed
  }

  function endLine(bytes: Uint8Array): BodyLine | undefined {
    start(bytes);
    number++;
    const line = length > limit ? tooLong(number, length, limit) : decodeLine(number, started);
    started = [];
    length = 0;
    return line;
  }

  /** Adds the lines of these bytes, which end where a line does. Decoding many at once is several times as fast. */
  function readLines(bytes: Uint8Array, lines: BodyLine[]): void {
    const valid = decode(bytes);
    const texts = (valid ?? lenient.decode(bytes)).split("\n");
    if (valid !== undefined && bytes.byteLength <= limit) {
      for (const text of texts) {
        number++;
        if (!isBlank(text)) lines.push({ number, text });
      }
      return;
    }
    let at = 0;
    for (const text of texts) {
      const found = bytes.indexOf(newline, at);
      const end = found === -1 ? bytes.byteLength : found;
      number++;
      if (end - at > limit) lines.push(tooLong(number, end - at, limit));
      else if (!isDecoded(text, bytes.subarray(at, end))) lines.push({ number, error: notUtf8 });
      else if (!isBlank(text)) lines.push({ number, text });
      at = end + 1;
    }
  }

  return {
    push(chunk) {
      const lines: BodyLine[] = [];
      let at = 0;
      const first = chunk.indexOf(newline);
      if (first !== -1 && length > 0) {
        const line = endLine(chunk.subarray(0, first));
        if (line !== undefined) lines.push(line);
        at = first + 1;
      }
      const last = chunk.lastIndexOf(newline);
      if (last >= at) {
        readLines(chunk.subarray(at, last), lines);
        at = last + 1;
      }
      if (at < chunk.byteLength) start(chunk.slice(at)); // a copy, lest a few bytes keep the whole chunk
      return lines;
    },
    end() {
      const line = length === 0 ? undefined : endLine(new Uint8Array());
      return line === undefined ? [] : [line];
    },
    kept: () => (length <= limit ? length : 0),
  };
}

const notUtf8 = "The line is not UTF-8. Send JSON encoded in UTF-8.";

function decodeLine(number: number, parts: readonly Uint8Array[]): BodyLine | undefined {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
    return isBlank(text) ? undefined : { number, text };
  } catch {
    return { number, error: notUtf8 };
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether the text, which the lenient decoder gave, is all that the bytes say. An exception a line would cost more. */
function isDecoded(text: string, bytes: Uint8Array): boolean {
  if (!text.includes("\ufffd")) return true; // what stands for bytes that are no character
  const encoded = encoder.encode(text);
  return encoded.byteLength === bytes.byteLength && encoded.every((byte, i) => byte === bytes[i]);
}

function tooLong(number: number, length: number, limit: number): BodyLine {
  const error = `The line has ${length} bytes, and the limit is ${limit}. Send less, or raise --max-body-bytes.`;
  return { number, error };
}

function isBlank(text: string): boolean {
  return text === "" || /^[ \t\r\ufeff]*$/.test(text);
}
