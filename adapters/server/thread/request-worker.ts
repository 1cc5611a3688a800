import { AsyncLocalStorage } from "node:async_hooks";
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { AppendOptions, EncodedUnits } from "../../../storage/index.ts";
import { openReadingLog } from "../../../storage/libsql/reading-log.ts";
import { bufferOf, buffersIn, type GroupResult } from "../../../storage/libsql/write/group.ts";
import { sendLogTo } from "../../config/logger.ts";
import { authorized } from "../../http/app-deps.ts";
import type { TextPage } from "../../http/events/event-pages.ts";
import type { RequestApp } from "./request-app.ts";
import {
  type BodyChunk,
  type MainCall,
  type Result,
  resultOf,
  type SentPage,
  type ThreadAnswer,
  type ThreadData,
  type ThreadNotice,
  type ThreadQuestion,
  type ThreadReply,
  type ThreadValue,
  unwrap,
} from "./thread-messages.ts";

// The thread that request-thread.ts starts. It reads, renders, and parses large bodies.
const port = parentPort;
if (port === null) throw new Error("request-worker is not started as a thread");

/** The most questions at once. More would hold more pages in memory and end no sooner. */
const mostAtOnce = 8;

const { url, authToken, opened, limits, logLevel } = workerData as ThreadData; // only request-thread.ts starts it
const closing = new AbortController();
const calls = new Map<number, (result: Result<unknown>) => void>();
const bodies = new Map<number, (chunk: BodyChunk) => void>();
let lastCall = 0;

function send(reply: ThreadReply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(reply, transfer);
}

lowerPriority();
sendLogTo(logLevel, (record) => send({ type: "log", ...record }));

/** Calls the main thread. Rejects as the call does. */
async function callMain(ask: MainCall, transfer: ArrayBuffer[] = []): Promise<unknown> {
  const call = ++lastCall;
  const result = await new Promise<Result<unknown>>((resolve) => {
    calls.set(call, resolve);
    send({ type: "call", call, ask }, transfer);
  });
  return unwrap(result);
}

/** A question that is being answered. One that counts takes one of the `mostAtOnce` slots. */
interface Work {
  readonly id: number;
  readonly counts: boolean;
}

const work = new AsyncLocalStorage<Work>();

/** Makes the main thread write. Meanwhile another question may use the slot of this one. */
async function callToWrite(ask: MainCall, transfer: ArrayBuffer[]): Promise<unknown> {
  const { counts = false } = work.getStore() ?? {};
  if (counts) running--;
  next();
  try {
    return await callMain(ask, transfer);
  } finally {
    if (counts) running++;
  }
}

async function append(encoded: EncodedUnits, options: AppendOptions | undefined): Promise<GroupResult> {
  const { id } = work.getStore() ?? {};
  const transfer = buffersIn([encoded.rows], encoded.shared);
  return (await callToWrite({ method: "append", id, encoded, options }, transfer)) as GroupResult; // the result of append
}

const reading = openReadingLog({
  url,
  authToken,
  opened,
  onDamage: (problem) => send({ type: "damage", problem }),
  writes: {
    append,
    replaceDefinitions: (source, given, options) =>
      callToWrite({ method: "replaceDefinitions", source, given, options }, [...given]) as never, // the result of it
    wipe: (target, by) => callMain({ method: "wipe", target, by }) as never, // the result of wipe
  },
});
void resultOf(async () => {
  await reading;
  return null;
}).then((result) => send({ type: "opened", result }));

let opening: Promise<RequestApp> | undefined;

/** The app. It is loaded with the first question: a server that only records never loads it. */
async function requestApp(): Promise<RequestApp> {
  opening ??= reading.then(async (log) => {
    const { createRequestApp } = await import("./request-app.ts");
    return createRequestApp(log, limits, closing.signal);
  });
  return opening;
}

let running = 0;
const queue: ThreadQuestion[] = [];

function next(): void {
  while (running < mostAtOnce) {
    const question = queue.shift();
    if (question === undefined) return;
    // An import takes as long as its sender needs, and holds no more than a chunk.
    const counts = !(question.type === "request" && question.body === "stream");
    if (counts) running++;
    void work
      .run({ id: question.id, counts }, () => answer(question))
      .finally(() => {
        if (counts) running--;
        next();
      });
  }
}

async function answer(question: ThreadQuestion): Promise<void> {
  const { id } = question;
  const result = await resultOf(() => valueFor(question));
  bodies.delete(id);
  const value = "value" in result ? result.value : undefined;
  const body = typeof value === "object" && "body" in value ? value.body : null;
  send({ type: "answer", id, result }, body === null ? [] : [body]);
}

async function valueFor(question: ThreadQuestion): Promise<ThreadValue> {
  // Waits need no app, which takes long to load.
  if (question.type === "facts") return (await reading).waitFacts(question.asks);
  if (question.type === "changes") return (await reading).changesAfter(question.after);
  if (question.type === "close") {
    await (await reading).close();
    return 0;
  }
  const { app, pages } = await requestApp();
  switch (question.type) {
    case "page":
      return sentPage(await pages.page(question.form, question.filter, question.request));
    case "newest":
      return pages.newestId();
    case "pruned":
      return pages.prunedId(question.kind);
    case "request":
      return answerRequest(app, question);
  }
}

function sentPage({ bytes, ...page }: TextPage): SentPage {
  return { ...page, body: bufferOf(bytes) };
}

type ForwardedRequest = Extract<ThreadQuestion, { readonly type: "request" }>;

async function answerRequest(app: RequestApp["app"], question: ForwardedRequest): Promise<ThreadAnswer> {
  const { id, caller } = question;
  let checkedAt = performance.now();
  const recheck = async () => {
    if (performance.now() - checkedAt < recheckedEvery) return;
    checkedAt = performance.now();
    await callMain({ method: "recheck", id });
  };
  const response = await app.fetch(requestOf(question), { [authorized]: { caller, recheck } });
  const headers: [string, string][] = [];
  response.headers.forEach((value, name) => {
    headers.push([name, value]);
  });
  const body = response.body === null ? null : await response.arrayBuffer();
  return { status: response.status, headers, body };
}

function requestOf({ id, method, url, headers, body }: ForwardedRequest): Request {
  const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]) };
  if (body === null) return new Request(url, init);
  if (body !== "stream") return new Request(url, { ...init, body });
  // Node requires `duplex` for a stream. Not every type of RequestInit has it.
  const streamed: RequestInit & { readonly duplex: "half" } = { ...init, body: bodyOf(id), duplex: "half" };
  return new Request(url, streamed);
}

/** How often the main thread refreshes its tokens, in milliseconds. Checking more often would tell nothing new. */
const recheckedEvery = 1000;

/** How many chunks are requested ahead, so that none waits for a round trip. */
const chunksAhead = 16;
const chunksAtOnce = 8;

/** The body of a request, whose chunks come from the main thread. */
function bodyOf(id: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const arrived: BodyChunk[] = [];
  let onArrival = () => {};
  bodies.set(id, (chunk) => {
    arrived.push(chunk);
    onArrival();
  });
  let taken = 0;
  send({ type: "pull", id, chunks: chunksAhead });
  return new ReadableStream(
    {
      async pull(controller) {
        if (arrived.length === 0) {
          await new Promise<void>((resolve) => {
            onArrival = resolve;
          });
        }
        const chunk = arrived.shift();
        if (chunk === "end") return controller.close();
        if (chunk === "broken" || chunk === undefined) return controller.error(new Error("The sender went away."));
        if (++taken % chunksAtOnce === 0) send({ type: "pull", id, chunks: chunksAtOnce });
        controller.enqueue(new Uint8Array(chunk));
      },
    },
    { highWaterMark: 0 },
  );
}

port.on("message", (message: ThreadQuestion | ThreadNotice) => {
  switch (message.type) {
    case "chunk":
      return bodies.get(message.id)?.(message.chunk);
    case "called":
      calls.get(message.call)?.(message.result);
      return void calls.delete(message.call);
    case "closing":
      return closing.abort();
    case "ping":
      return send({ type: "pong" });
    default:
      queue.push(message);
      next();
  }
});

/** A nice value. On one core, the thread gets a third of the time of the thread that acknowledges reports. */
const lowPriority = 5;

/**
 * Lowers the priority of this thread below the other threads of the process. Does nothing on systems without a priority
 * for each thread, and if the runtime may not set it.
 */
function lowerPriority(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (thread !== process.pid) setPriority(thread, lowPriority);
  } catch {
    // Without it, reports wait longer during heavy reads.
  }
}
