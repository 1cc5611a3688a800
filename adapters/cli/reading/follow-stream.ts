import { setTimeout as delay } from "node:timers/promises";
import { networkReason, RunlessClientError } from "../../client/client-error.ts";
import { bodyOf, type OpenLog } from "../with-log.ts";
import { readStream, type StreamBlock } from "./read-stream.ts";

export interface FollowOptions {
  /** After so many milliseconds without a byte a connection is taken for dead. A server sends some every 5 seconds. */
  readonly silence?: number;
  /** How long to wait before connecting again, in milliseconds. */
  readonly pause?: number;
  /** Ends it in silence: what fails from then on is its own end. */
  readonly interrupted?: AbortSignal;
}

/** The blocks of an event stream without end. A connection that is lost is taken up after the last id that came. */
export async function* followStream(
  fetch: OpenLog["fetch"],
  path: string,
  { silence = 20_000, pause = 1000, interrupted }: FollowOptions = {},
): AsyncGenerator<StreamBlock> {
  let lastId: string | undefined;
  for (let isLost = false; ; ) {
    const request = new AbortController();
    const giveUp = () => request.abort(new Error(`nothing came for ${silence / 1000} seconds`));
    const timer = setTimeout(giveUp, silence);
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
      // Who never got an answer has most likely asked in the wrong place.
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
