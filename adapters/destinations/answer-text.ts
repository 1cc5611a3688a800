import type { IncomingMessage } from "node:http";

/**
 * The beginning of an answer. Undefined if it broke off before its end: what came may be half of it.
 */
export function readAnswerText(response: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => resolve(textOf(chunks, mostBytes));
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes < mostBytes) return;
      end();
      response.destroy();
    });
    response.on("end", end);
    response.on("error", () => resolve(undefined));
    response.on("aborted", () => resolve(undefined));
    response.on("close", () => resolve(undefined));
  });
}

function textOf(chunks: readonly Buffer[], mostBytes: number): string {
  const kept = Buffer.concat(chunks).subarray(0, mostBytes);
  // A character that the limit divides is left out.
  return new TextDecoder().decode(kept, { stream: kept.byteLength === mostBytes });
}

/** An answer to be kept and shown: at most so many bytes, without the characters that a terminal or a column stumbles over. */
export function shortText(text: string, bytes: number): string {
  const clean = text.replaceAll("\r\n", "\n").replace(/(?![\n\t])\p{Cc}/gu, "\ufffd");
  return new TextDecoder().decode(Buffer.from(clean).subarray(0, bytes), { stream: true });
}
