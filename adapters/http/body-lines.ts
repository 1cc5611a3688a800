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
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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

  /** Decodes many lines at once, which is several times as fast; undefined where one of them needs a look of its own. */
  function wholeLines(bytes: Uint8Array): readonly BodyLine[] | undefined {
    if (bytes.byteLength > limit) return undefined;
    try {
      const texts = utf8.decode(bytes).split("\n");
      const first = number + 1;
      number += texts.length;
      return texts.map((text, i) => ({ number: first + i, text })).filter(({ text }) => !isBlank(text));
    } catch {
      return undefined;
    }
  }

  return {
    push(chunk) {
      const lines: (BodyLine | undefined)[] = [];
      let at = 0;
      const first = chunk.indexOf(newline);
      if (first !== -1 && length > 0) {
        lines.push(endLine(chunk.subarray(0, first)));
        at = first + 1;
      }
      const last = chunk.lastIndexOf(newline);
      if (last >= at) {
        const whole = wholeLines(chunk.subarray(at, last));
        if (whole !== undefined) {
          lines.push(...whole);
          at = last + 1;
        }
      }
      for (let end = chunk.indexOf(newline, at); end !== -1; end = chunk.indexOf(newline, at)) {
        lines.push(endLine(chunk.subarray(at, end)));
        at = end + 1;
      }
      if (at < chunk.byteLength) start(chunk.slice(at)); // a copy, lest a few bytes keep the whole chunk
      return lines.filter((line) => line !== undefined);
    },
    end() {
      const line = length === 0 ? undefined : endLine(new Uint8Array());
      return line === undefined ? [] : [line];
    },
    kept: () => (length <= limit ? length : 0),
  };
}

function decodeLine(number: number, parts: readonly Uint8Array[]): BodyLine | undefined {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
    return isBlank(text) ? undefined : { number, text };
  } catch {
    return { number, error: "The line is not UTF-8. Send JSON encoded in UTF-8." };
  }
}

function tooLong(number: number, length: number, limit: number): BodyLine {
  const error = `The line has ${length} bytes, and the limit is ${limit}. Send less, or raise --max-body-bytes.`;
  return { number, error };
}

function isBlank(text: string): boolean {
  return /^[ \t\r\ufeff]*$/.test(text);
}
