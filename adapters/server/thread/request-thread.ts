import type { ResourceLimits } from "node:worker_threads";
import type {
  AppendEncoded,
  AssetFacts,
  EventLog,
  LogChanges,
  ReplaceEncoded,
  WaitReads,
} from "../../../storage/index.ts";
import type { EventPages } from "../../http/events/event-pages.ts";
import type { ForwardedCall, Forwarder } from "../../http/forwarder.ts";
import type { RequestParts } from "../../http/request.ts";
import { type MainCalls, RunningThread } from "./running-thread.ts";
import type { SentPage, ThreadData } from "./thread-messages.ts";

export interface RequestThreadOptions extends ThreadData {
  /** Appends for the thread. */
  readonly append: AppendEncoded;
  /** Wipes for the thread. */
  readonly wipe: EventLog["wipe"];
  /** Replaces definitions for the thread. */
  readonly replaceDefinitions: ReplaceEncoded;
  readonly onDamage: (problem: string) => void;
  /** Aborts when the server shuts down. */
  readonly closing: AbortSignal;
  /** How often the thread is pinged, in milliseconds. Default: 1000. */
  readonly pingInterval?: number;
  /** The script of the thread. Default: request-worker. */
  readonly script?: URL;
}

/**
 * Forwards requests to a thread of this process. A thread that ends or no longer answers is replaced, and its requests are
 * answered 503.
 */
export function createRequestThread(options: RequestThreadOptions): Forwarder {
  let { append } = options;
  let current: Promise<RunningThread> | undefined;

  async function start(onEnd: () => void, resourceLimits: ResourceLimits = {}): Promise<RunningThread> {
    const { Worker } = await import("node:worker_threads");
    const { url, authToken, opened, limits, logLevel, pingInterval = 1000 } = options;
    const workerData: ThreadData = { url, authToken, opened, limits, logLevel };
    const worker = new Worker(options.script ?? ownScript(), { workerData, resourceLimits });
    const calls: MainCalls = {
      append: (encoded, appendOptions) => append(encoded, appendOptions),
      wipe: options.wipe,
      replaceDefinitions: options.replaceDefinitions,
      onDamage: options.onDamage,
    };
    const tellClosing = () => thread.notify({ type: "closing" });
    const thread = new RunningThread(worker, calls, pingInterval, () => {
      options.closing.removeEventListener("abort", tellClosing);
      onEnd();
    });
    options.closing.addEventListener("abort", tellClosing, { once: true });
    if (options.closing.aborted) thread.notify({ type: "closing" });
    return thread;
  }
  function thread(): Promise<RunningThread> {
    if (current === undefined) {
      const starting = start(() => {
        if (current === starting) current = undefined;
      });
      current = starting;
    }
    return current;
  }

  let lastAlone: Promise<unknown> = Promise.resolve();

  async function answerAlone(request: RequestParts, call: ForwardedCall): Promise<Response> {
    const alone = await start(() => {}, smallHeap);
    try {
      return await alone.answer(request, call);
    } finally {
      await alone.end();
    }
  }

  // Started at once: a thread that has the database open can still read it after the file is moved away.
  void thread();

  const pages: EventPages = {
    page: async (form, filter, request) => {
      const found = await (await thread()).ask({ type: "page", form, filter, request });
      const { body, ...page } = found as SentPage; // the answer to a question of type "page"
      return { ...page, bytes: new Uint8Array(body) };
    },
    newestId: async () => (await (await thread()).ask({ type: "newest" })) as number, // likewise
    prunedId: async (kind) => (await (await thread()).ask({ type: "pruned", kind })) as number, // likewise
  };

  const waits: WaitReads = {
    waitFacts: async (asks) => (await (await thread()).ask({ type: "facts", asks })) as readonly AssetFacts[], // likewise
    changesAfter: async (after) => (await (await thread()).ask({ type: "changes", after })) as LogChanges, // likewise
  };

  return {
    pages,
    waits,
    opened: async () => (await thread()).opened(),
    instrument: (wrap) => {
      append = wrap(options.append);
    },
    answer: async (request, call) => (await thread()).answer(request, call),
    answerAlone: (request, call) => {
      const answer = lastAlone.then(() => answerAlone(request, call));
      lastAlone = answer.catch(() => {});
      return answer;
    },
  };
}

/**
 * By its default limit of some gigabytes, V8 lets garbage grow to twice what is used. No document of the allowed size
 * needs half of this one.
 */
const smallHeap: ResourceLimits = { maxOldGenerationSizeMb: 512 };

function ownScript(): URL {
  const file = import.meta.url.endsWith(".ts") ? "./request-worker.ts" : "./request-worker.js";
  return new URL(file, import.meta.url);
}
