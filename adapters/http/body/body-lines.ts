/** A line of a body, without its end. Its number counts from 1. A line that can't be read has an error. */
export type BodyLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly error: string };

const newline = 0x0a;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Splits a body into lines of at most `limit` bytes, wherever its chunks begin and end, and keeps no more than one line.
 * It splits bytes and not characters: no character of UTF-8 contains the byte of a newline.
 */
export class LineSplitter {
  readonly #limit: number;
  /** The beginning of the line that has not ended yet. */
  #started: Uint8Array[] = [];
  #length = 0;
  #number = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that end in this chunk. Blank lines are counted and left out. */
  push(chunk: Uint8Array): readonly BodyLine[] {
    const lines: BodyLine[] = [];
    let at = 0;
    const first = chunk.indexOf(newline);
    if (first !== -1 && this.#length > 0) {
      const line = this.#endLine(chunk.subarray(0, first));
      if (line !== undefined) lines.push(line);
      at = first + 1;
    }
    const last = chunk.lastIndexOf(newline);
    if (last >= at) {
      this.#readLines(chunk.subarray(at, last), lines);
      at = last + 1;
    }
    if (at < chunk.byteLength) this.#startLine(chunk.slice(at)); // a copy: a few bytes must not keep the whole chunk
    return lines;
  }

  /** The last line, if no newline ends it. */
  end(): readonly BodyLine[] {
    const line = this.#length === 0 ? undefined : this.#endLine(new Uint8Array());
    return line === undefined ? [] : [line];
  }

  /** The bytes that it holds of the line that has not ended yet. */
  kept(): number {
    return this.#length <= this.#limit ? this.#length : 0;
  }

  #startLine(bytes: Uint8Array): void {
    this.#length += bytes.byteLength;
    if (this.#length <= this.#limit) this.#started.push(bytes);
    else this.#started = []; // too long already: only the length is needed
  }

  #endLine(bytes: Uint8Array): BodyLine | undefined {
    this.#startLine(bytes);
    this.#number++;
    const isTooLong = this.#length > this.#limit;
    const line = isTooLong ? tooLong(this.#number, this.#length, this.#limit) : decodeLine(this.#number, this.#started);
    this.#started = [];
    this.#length = 0;
    return line;
  }

  /** Adds the lines of these bytes, which end with a line. Decoding many lines at once is several times as fast. */
  #readLines(bytes: Uint8Array, lines: BodyLine[]): void {
    const limit = this.#limit;
    let number = this.#number;
    const valid = decode(bytes);
    const texts = (valid ?? lenient.decode(bytes)).split("\n");
    this.#number += texts.length;
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

/** Whether the text of the lenient decoder has lost nothing. To catch an exception for each line would cost more. */
function isDecoded(text: string, bytes: Uint8Array): boolean {
  if (!text.includes("\ufffd")) return true; // the decoder writes it for invalid bytes
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
