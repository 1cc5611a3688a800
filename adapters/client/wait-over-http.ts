import * as v from "valibot";
import type { AssetKey } from "../../core/asset-key.ts";
import type { WaitDecision, WaitQuestion } from "../../core/waiting/wait.ts";
import { longestBlock } from "../api/wait-question.ts";
import { RunlessClientError } from "./client-error.ts";
import type { Send, Signal } from "./http-sender.ts";
import { backoff, type Wait } from "./retry.ts";

export interface WaitOverHttp {
  /** In milliseconds, or Infinity. */
  readonly timeout: number;
  readonly signal: Signal;
  /** The most attempts after the first that a server has for its first answer. Once it has answered, there is no limit. */
  readonly retries: number;
  readonly sleep: Wait;
  readonly random: () => number;
  /** Called when a server that had answered is lost. */
  readonly onLost?: ((error: RunlessClientError) => void) | undefined;
}

/** How long an answer may take beyond that, in milliseconds. */
const answerTime = 10_000;

const key = v.custom<AssetKey>((parts) => Array.isArray(parts) && parts.every((part) => typeof part === "string"));
const decisionSchema = v.pipe(
  v.variant("satisfied", [
    v.object({ satisfied: v.literal(true) }),
    v.object({
      satisfied: v.literal(false),
      waiting_for: v.array(
        v.object({ asset_key: key, what: v.string(), state: v.picklist(["missing", "failed", "stale"]) }),
      ),
      failed_fast: v.boolean(),
    }),
  ]),
  v.transform((answer): WaitDecision => {
    if (answer.satisfied) return { satisfied: true };
    const waitingFor = answer.waiting_for.map(({ asset_key: assetKey, ...rest }) => ({ assetKey, ...rest }));
    return { satisfied: false, waitingFor, failedFast: answer.failed_fast };
  }),
);

/**
 * Asks a server again and again, until what is asked for is there, has failed for good, or the time is up. Restarts of a
 * server that has answered once are waited out. Rejects with RunlessClientError where the server refuses, or was never
 * reached.
 */
export async function waitOverHttp(send: Send, question: WaitQuestion, options: WaitOverHttp): Promise<WaitDecision> {
  const { timeout, signal, retries, sleep, random, onLost } = options;
  const deadline = performance.now() + timeout;
  let last: WaitDecision | undefined;
  let hasAnswered = false;
  // The first answer, also of a server that is back, comes at once: it tells a server that is there from one that is not.
  let isFirst = true;
  for (let failures = 0; ; ) {
    const left = Math.max(0, deadline - performance.now());
    try {
      last = await ask(send, question, isFirst ? 0 : Math.min(longestBlock, Math.ceil(left)), signal);
      failures = 0;
      hasAnswered = true;
      isFirst = false;
    } catch (error) {
      if (!(error instanceof RunlessClientError) || !isTemporary(error)) throw error;
      if (failures === 0 && hasAnswered) onLost?.(error);
      hasAnswered ||= error.isRunless;
      isFirst = true;
      const rest = backoff(error, ++failures, random());
      if (rest === undefined || (!hasAnswered && failures > retries)) throw error;
      if (left === 0) {
        // The time is up: what is known is the answer, and a server that never gave one was never reached.
        if (last !== undefined) return last;
        throw error;
      }
      const wanted = Math.max(error.retryAfter ?? 0, Math.min(rest, mostRest));
      await sleep(Math.min(wanted, Math.max(0, deadline - performance.now())), signal);
      continue;
    }
    if (last.satisfied || last.failedFast || performance.now() >= deadline) return last;
  }
}

/** The longest rest before a lost server is asked again, in milliseconds. */
const mostRest = 5000;

function isTemporary({ code }: RunlessClientError): boolean {
  return code === "unavailable" || code === "network" || code === "timeout";
}

async function ask(send: Send, question: WaitQuestion, block: number, signal: Signal): Promise<WaitDecision> {
  const text = await send({
    method: "GET",
    path: "wait",
    query: [...formatQuestion(question), ["wait", `${block / 1000}s`]],
    accepts: isDecision,
    timeout: block + answerTime,
    retries: 0,
    signal,
  });
  const result = v.safeParse(decisionSchema, parsed(text));
  if (result.success) return result.output;
  const message = `The server's answer is not one that this client knows: ${JSON.stringify(text.slice(0, 200))}.`;
  throw new RunlessClientError("bad_answer", message, { status: 200 });
}

/** A proxy answers 408 too. */
function isDecision(status: number, text: string): boolean {
  return status === 408 && v.is(decisionSchema, parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The question as parameters of the HTTP API. */
function formatQuestion(question: WaitQuestion): [string, string][] {
  const { keys, partition, since, within, fresh, checks, strict, failFast } = question;
  const query: [string, string][] = keys.map((assetKey) => ["asset_key", JSON.stringify(assetKey)]);
  if (partition !== undefined) query.push(["partition", partition]);
  if (since !== undefined) query.push(["since", new Date(since).toISOString()]);
  if (within !== undefined) query.push(["within", `${within / 1000}s`]);
  if (fresh === true) query.push(["fresh", "true"]);
  if (checks === "all") query.push(["checks", "true"]);
  else for (const name of checks ?? []) query.push(["check", name]);
  if (strict === true) query.push(["strict", "true"]);
  if (failFast === true) query.push(["fail_fast", "true"]);
  return query;
}
