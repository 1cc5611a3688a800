import type { Context, Hono } from "hono";
import { formatDecision, InvalidWaitError } from "../../api/wait-question.ts";
import { Waits } from "../../api/waits.ts";
import type { AppEnv } from "../app-deps.ts";
import { HttpError } from "../http-error.ts";
import { respond } from "../responses.ts";
import { type RouteDeps, routes } from "../routes.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { readWaitQuery } from "./wait-query.ts";

/** The time between two checks of the token of a wait, in milliseconds. */
const recheckEvery = 2000;

/**
 * The route of waits. The main thread keeps them open, as it does streams. The reads of waits are small, and the other
 * thread answers them, if there is one.
 */
export function waitRoutes(deps: RouteDeps, shared: SharedLimits): Hono<AppEnv> {
  const { log, definitions, forwarder, now = Date.now } = deps;
  const watch: typeof log.watch = (listener) => log.watch(listener);
  const waits = new Waits({ reads: forwarder?.waits ?? log, watch, definitions, now });
  return routes(deps).get("/", "read", async (c) => {
    try {
      return await answerWait(c, waits, deps, shared);
    } catch (error) {
      throw error instanceof InvalidWaitError ? new HttpError(400, error.message) : error;
    }
  }).app;
}

async function answerWait(
  c: Context<AppEnv>,
  waits: Waits,
  { closing }: RouteDeps,
  { streams }: SharedLimits,
): Promise<Response> {
  const { question, block } = readWaitQuery(c.req.url);
  for (const assetKey of question.keys) c.get("log").narrow({ assetKey });
  const ended = new AbortController();
  const undo: (() => void)[] = [];
  const end = (reason: unknown) => ended.abort(reason);
  const endOn = (signal: AbortSignal | undefined, reason: unknown) => {
    const abort = () => end(reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
    undo.push(() => signal?.removeEventListener("abort", abort));
  };
  try {
    const decision = await waits.wait(question, {
      timeout: block,
      signal: ended.signal,
      onSleep: () => {
        undo.push(streams.enter("stream", c.get("caller").name));
        const release = c.env?.disableIdleTimeout?.();
        if (release !== undefined) undo.push(release);
        c.env?.endWithSender?.(); // ends the wait when the client is gone
        endOn(closing, new HttpError(503, "The server shuts down. Ask again.", { "retry-after": "1" }));
        endOn(c.req.raw.signal, clientIsGone);
        const timer = setInterval(() => void c.get("log").recheck().catch(end), recheckEvery);
        undo.push(() => clearInterval(timer));
      },
    });
    return respond(formatDecision(decision), decision.satisfied ? 200 : 408);
  } catch (error) {
    if (error === clientIsGone) return respond({ error: clientIsGone.message }, 408);
    throw error;
  } finally {
    for (const step of undo) step();
  }
}

const clientIsGone = new Error("The client is gone.");
