import { networkReason, RunlessClientError } from "./client-error.ts";
import { errorOfAnswer } from "./error-answer.ts";
import { retry, type Wait } from "./retry.ts";

/** The part of a Response that is read. */
export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export type Fetch = (url: string, init: RequestInit) => Answer | Promise<Answer>;
export type Signal = AbortSignal | undefined;

export interface SenderOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly retries: number;
  readonly timeout: number;
  readonly wait: Wait;
  readonly random: () => number;
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below /api/v1. */
  readonly path: string;
  /** A list may repeat a name. */
  readonly query?: Readonly<Record<string, string | number | undefined>> | readonly (readonly [string, string])[];
  /** JSON. */
  readonly body?: string;
  /** Whether an answer other than 200 is one that the caller reads. Default: none is. */
  readonly accepts?: (status: number, text: string) => boolean;
  /** Of this call, in place of the sender's. */
  readonly timeout?: number;
  readonly retries?: number;
  readonly signal: Signal;
}

/** Resolves with the text of a 200, or of an answer that the call accepts. Retries, so the call must be safe to repeat. */
export type Send = (call: Call) => Promise<string>;

export function createSender(options: SenderOptions): Send {
  const base = baseOf(options.url);
  return (call) => {
    const url = `${base}/api/v1/${call.path}${formatQuery(call.query)}`;
    return retry(() => attemptCall(url, call, options), {
      ...options,
      retries: call.retries ?? options.retries,
      signal: call.signal,
    });
  };
}

async function attemptCall(url: string, call: Call, options: SenderOptions): Promise<string> {
  const { method, body, signal, accepts } = call;
  signal?.throwIfAborted();
  const { headers, fetch, wait } = options;
  const { timeout = options.timeout } = call;
  const what = `${method} ${url}`;
  const request = new AbortController();
  const abort = () => request.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  const timer = new AbortController();
  wait(timeout, timer.signal).then(
    () => request.abort(new RunlessClientError("timeout", `${what} was not answered within ${timeout} ms.`)),
    () => {},
  );
  const exchange = async () => {
    const typed = body === undefined ? headers : { ...headers, "content-type": "application/json" };
    const response = await fetch(url, { method, headers: typed, body: body ?? null, signal: request.signal });
    return { response, text: await response.text() };
  };
  try {
    // A custom fetch may ignore the signal.
    const { response, text } = await Promise.race([exchange(), rejectOnAbort(request.signal)]);
    if (response.status !== 200 && accepts?.(response.status, text) !== true) throw errorOfAnswer(what, response, text);
    return text;
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (error instanceof RunlessClientError) throw error;
    throw new RunlessClientError("network", `${what} got no answer: ${networkReason(error)}.`, { cause: error });
  } finally {
    timer.abort();
    signal?.removeEventListener("abort", abort);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}

function baseOf(url: string): string {
  const { protocol, origin, pathname } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError(`A runless server's url starts with http:// or https://. Got ${JSON.stringify(url)}.`);
  }
  return origin + pathname.replace(/\/+$/, "");
}

function formatQuery(query: NonNullable<Call["query"]> = {}): string {
  const given = new URLSearchParams();
  const entries: readonly (readonly [string, string | number | undefined])[] = isList(query)
    ? query
    : Object.entries(query);
  for (const [name, value] of entries) if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? "" : `?${given}`;
}

function isList(query: NonNullable<Call["query"]>): query is readonly (readonly [string, string])[] {
  return Array.isArray(query);
}
