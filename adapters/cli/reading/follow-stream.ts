import { setTimeout as delay } from "node:timers/promises";
import { networkReason, RunlessClientError } from "../../client/client-error.ts";
import { bodyOf, type OpenLog } from "../with-log.ts";

interface FollowOptions {
  /** How long a connection may be silent, in milliseconds. A server sends heartbeats every 5 seconds. */
  readonly silence?: number;
  /** How long to wait before connecting again, in milliseconds. */
  readonly pause?: number;
  /** Ends the stream. Failures after that are not reported. */
  readonly interrupted?: AbortSignal;
}

/** The blocks of an endless event stream. After a lost connection it resumes after the last id. */
export async function* followStream(
  fetch: OpenLog["fetch"],
  path: string,
  { silence = 20_000, pause = 1000, interrupted }: FollowOptions = {},
): AsyncGenerator<StreamBlock> {
  let lastId: string | undefined;
  for (let isLost = false; ; ) {
    const request = new AbortController();
    const endSilent = () => request.abort(new Error(`nothing came for ${silence / 1000} seconds`));
    const timer = setTimeout(endSilent, silence);
    try {
      const headers = lastId === undefined ? undefined : { "last-event-id": lastId };
      const response = await fetch(path, { signal: request.signal, ...(headers && { headers }) });
      for await (const block of readStream(await bodyOf(`GET ${path}`, response))) {
        timer.refresh();
        isLost = false;
        lastId = block.id ?? lastId;
        yield block;
      }
    } catch (error) {
      if (interrupted?.aborted === true) return;
      // A first request without an answer most likely has a wrong address.
      if (lastId === undefined || isFinal(error)) throw error;
      if (!isLost) console.error(`runless: the connection was lost, and is tried again: ${networkReason(error)}`);
      isLost = true;
    } finally {
      clearTimeout(timer);
      request.abort();
    }
    await delay(pause);
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof RunlessClientError && finalCodes.has(error.code);
}

const finalCodes: ReadonlySet<string> = new Set(["bad_request", "unauthorized", "forbidden"]);

interface StreamBlock {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** The blocks of server-sent events. The server writes each field once. */
async function* readStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamBlock> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(readBlock);
  }
}

function readBlock(block: string): StreamBlock {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    }),
  );
}
