import { type AssetKey, assetKeyOf } from "../../core/index.ts";
import type { WaitDecision, WaitQuestion } from "../../core/waiting/wait.ts";
import type { WaitConditions, WaitForOptions } from "./runless-api.ts";

/** A wait that can't be asked for. */
export class InvalidWaitError extends Error {
  override readonly name = "InvalidWaitError";
  /** As over HTTP. */
  readonly code = "bad_request";
}

/** How long one request may block, in milliseconds: proxies cut connections that are silent for a minute. */
export const longestBlock = 30_000;

/** How many assets one wait may ask for. */
const mostWaitKeys = 50;

/** In milliseconds. */
const longestWithin = 30 * 365 * 86_400_000;

export const needsCondition = "any materialization of the past would satisfy it otherwise";

/** Throws InvalidWaitError for a question that no wait can have. */
export function assertWaitQuestion({ keys, partition, since, within, fresh, checks }: WaitQuestion): void {
  if (keys.length === 0) throw new InvalidWaitError("A wait needs the key of an asset.");
  if (keys.length > mostWaitKeys) {
    throw new InvalidWaitError(`A wait may ask for ${mostWaitKeys} assets, and this asks for ${keys.length}.`);
  }
  if (partition === undefined && since === undefined && within === undefined && fresh !== true) {
    throw new InvalidWaitError(`A wait needs one of partition, since, within and fresh: ${needsCondition}.`);
  }
  if (within !== undefined && (within <= 0 || within > longestWithin)) {
    throw new InvalidWaitError("within must be longer than nothing, and at most 30 years.");
  }
  if (checks !== undefined && checks.length === 0) {
    throw new InvalidWaitError('checks must name at least one check, or be "all". Leave it out to wait for none.');
  }
}

/** A decision as the HTTP API writes it. */
export function formatDecision(decision: WaitDecision) {
  if (decision.satisfied) return { satisfied: true };
  const waiting_for = decision.waitingFor.map(({ assetKey, ...rest }) => ({ asset_key: assetKey, ...rest }));
  return { satisfied: false, waiting_for, failed_fast: decision.failedFast };
}

type Given<Value> = Value | null | undefined;

/** Reads the arguments of `waitFor`. Throws InvalidWaitError, TypeError or RangeError that names what is wrong. */
export function readWait(
  keys: readonly (AssetKey | string)[],
  conditions: WaitConditions,
  options: WaitForOptions | null | undefined,
): { readonly question: WaitQuestion; readonly timeout: number; readonly signal: AbortSignal | undefined } {
  if (!Array.isArray(keys)) throw new TypeError("waitFor takes a list of asset keys as its first argument.");
  const { partition, since, within, fresh, checks, strict, failFast } = conditions ?? {};
  const question: WaitQuestion = withoutGaps({
    keys: keys.map((key: AssetKey | string) => assetKeyOf(key)),
    partition: text("partition", partition),
    since: milliseconds("since", since),
    within: milliseconds("within", within),
    fresh: fresh === true || undefined,
    checks: checks === "all" ? checks : checks?.map((name) => text("checks", name) ?? ""),
    strict: strict === true || undefined,
    failFast: failFast === true || undefined,
  });
  assertWaitQuestion(question);
  const { timeout, signal } = options ?? {};
  return { question, timeout: readTimeout(timeout), signal: signal ?? undefined };
}

/** The question without members that are undefined, so that equal questions are the same as text. */
export function withoutGaps(question: WaitQuestion): WaitQuestion {
  const given = Object.entries(question).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as WaitQuestion; // the same members
}

function readTimeout(timeout: Given<number>): number {
  if (timeout === undefined || timeout === null) return Number.POSITIVE_INFINITY;
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new RangeError(`The option timeout must be milliseconds from 0, or left out. Got ${timeout}.`);
}

function text(name: string, value: Given<string>): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value.toWellFormed();
  throw new TypeError(`The condition ${name} must be text. Got ${value}.`);
}

function milliseconds(name: string, value: Given<number>): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && Math.abs(value) <= 8.64e15) return value;
  throw new RangeError(`The condition ${name} must be whole milliseconds. Got ${value}.`);
}
