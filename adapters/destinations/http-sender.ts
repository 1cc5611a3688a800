import type { ClientRequest } from "node:http";
import type { Answer } from "../../core/destinations/delivery.ts";
import { parseRetryAfter } from "../client/retry.ts";
import { packageInfo } from "../config/package-info.ts";
import { readAnswerText, shortText } from "./answer-text.ts";
import { failureOf } from "./failure.ts";
import { type HostRules, judgeHost, systemResolve } from "./judge-host.ts";
import { removeSecrets } from "./remove-secrets.ts";
import { type StartedRequest, startRequest } from "./start-request.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Whether it may go to private addresses, by http too. */
  readonly allowPrivate: boolean;
  /** From the look-up of the name to the end of the answer, in milliseconds. Default: 15 s. */
  readonly timeout?: number | undefined;
  /**
   * So many bytes of the answer are read, and given as they came, to a caller who reads them and stores none. Default: of
   * 64 KiB that are read 1 KiB is given, without what was secret in the request.
   */
  readonly rawBytes?: number | undefined;
  /** Those of the body: an answer may repeat them. Those of the URL and the headers are known. */
  readonly secrets?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends once. It never rejects, and its reasons name the host alone. */
export type HttpSend = (request: HttpRequest) => Promise<Answer>;

export interface HttpSenderDeps extends Partial<HostRules> {
  /** Certificates of authorities to trust in place of the runtime's own, as PEM. */
  readonly ca?: string | undefined;
  readonly now?: () => number;
}

const defaultTimeout = 15_000;
const defaultRead = 64 * 1024;
const keptBytes = 1024;

/**
 * Makes the function that sends requests to destinations. Redirects are not followed. Each request has a connection of its
 * own, to an address that was judged for it: a kept one could have been closed meanwhile, and would look like a lost answer.
 */
export function createHttpSender(deps: HttpSenderDeps = {}): HttpSend {
  const { resolve = systemResolve, ownPort = () => undefined, ca, now = Date.now } = deps;
  const userAgent = `runless/${packageInfo().version}`;
  return async (request) => {
    if (!URL.canParse(request.url)) return forbidden("Its URL can't be read: write https://, a host and a path.");
    const url = new URL(request.url);
    const { timeout = defaultTimeout, signal } = request;
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(`did not answer within ${timeout / 1000} s`), timeout);
    const stop = () => end.abort("was given up, since this server stops");
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    try {
      const judged = await unlessAborted(judgeHost(url, request.allowPrivate, { resolve, ownPort }), end.signal);
      if (judged === undefined) return { type: "unreachable", reason: `${url.host} ${end.signal.reason}.` };
      if (judged.type !== "judged") return judged;
      return await exchange({ ...request, url, addresses: judged.addresses, userAgent, ca, now, end: end.signal });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  };
}

interface Exchange extends StartedRequest, Pick<HttpRequest, "rawBytes" | "secrets"> {
  readonly now: () => number;
  readonly end: AbortSignal;
}

function exchange(given: Exchange): Promise<Answer> {
  const { url, body, end } = given;
  return new Promise((resolve) => {
    let isSent = false;
    const settle = (answer: Answer) => {
      end.removeEventListener("abort", abort);
      resolve(answer);
      request?.destroy();
    };
    const fail = (reason: string) =>
      settle({ type: isSent ? "lost" : "unreachable", reason: `${url.host} ${reason}.` });
    const abort = () => fail(String(end.reason));
    end.addEventListener("abort", abort);
    let request: ClientRequest | undefined;
    try {
      request = startRequest(given);
    } catch (error) {
      return settle(forbidden(`${url.host}: ${unsendable(error)}`));
    }
    // Before this nothing has left: the name of the certificate was not checked.
    const connected = url.protocol === "https:" ? "secureConnect" : "connect";
    request.on("socket", (socket) => socket.once(connected, () => (isSent = true)));
    // From the answer's beginning on, the answer tells how it ended.
    let isAnswered = false;
    request.on("error", (error) => isAnswered || fail(failureOf(error)));
    request.on("close", () => isAnswered || fail("ended the connection"));
    request.on("response", async (response) => {
      isAnswered = true;
      const { headers = {}, secrets: others = [], rawBytes, now } = given;
      const read = await readAnswerText(response, rawBytes ?? defaultRead);
      if (read === undefined) return fail("broke its answer off");
      const status = response.statusCode ?? 0;
      const retryAfter = parseRetryAfter(response.headers["retry-after"] ?? null, now()) ?? null;
      const text = rawBytes === undefined ? shortText(removeSecrets(read, { url, headers, others }), keptBytes) : read;
      settle({ type: "answered", status, retryAfter, text });
    });
    request.end(body);
  });
}

async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  if (signal.aborted) return undefined;
  return Promise.race([
    work,
    new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true })),
  ]);
}

/** Why a request could not even be started. The error itself may quote a header. */
function unsendable(error: unknown): string {
  const lacksPermission = error instanceof Error && error.name === "NotCapable";
  return lacksPermission
    ? "Deno does not let this process connect. Start it with the permissions of npm run start:deno."
    : "a header of the request can't be sent. Take line ends and the like out of it.";
}

function forbidden(reason: string): Answer {
  return { type: "forbidden", reason };
}
