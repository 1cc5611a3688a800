import type { IncomingMessage } from "node:http";

const mostBytes = 64 * 1024;

/**
 * The first 64 KiB of an answer, without the control characters that a terminal, a page or a column would stumble over.
 * Undefined if it broke off before its end: what came may be half of it.
 */
export function readAnswerText(response: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => resolve(textOf(chunks));
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

function textOf(chunks: readonly Buffer[]): string {
  const kept = Buffer.concat(chunks).subarray(0, mostBytes);
  const text = new TextDecoder().decode(kept, { stream: kept.byteLength === mostBytes });
  return text.replace(/(?![\n\t])\p{Cc}/gu, "\ufffd");
}
