import type { AppendEncoded, EventLog, ReplaceEncoded } from "../../../storage/index.ts";
import { relayLog } from "../../config/logger.ts";
import type { ForwardedCall } from "../../http/forwarder.ts";
import { HttpError } from "../../http/http-error.ts";
import { type RequestParts, requestId } from "../../http/request.ts";
import {
  type BodyChunk,
  errorOf,
  type MainCall,
  resultOf,
  type ThreadAnswer,
  type ThreadNotice,
  type ThreadQuestion,
  type ThreadReply,
  type ThreadResult,
  type ThreadValue,
  unwrap,
} from "./thread-messages.ts";

/** A thread that leaves so many pings unanswered is stuck: no step of its work should take a third of an interval. */
const mostSilentPings = 10;
/** Likewise while the thread loads its code, and can't answer. */
const mostPingsAtStart = 60;
/** The most questions without an answer. Further ones would wait for too long. */
const mostWaiting = 1000;

// Node 20 has no Promise.withResolvers.
function withResolvers() {
  let [resolve, reject] = [() => {}, (_: unknown) => {}];
  const promise = new Promise<void>((...both) => {
    [resolve, reject] = both;
  });
  promise.catch(() => {}); // those who wait for it handle the rejection
  return { promise, resolve, reject };
}

/** The functions of the main thread that the thread may call. */
export interface MainCalls {
  readonly append: AppendEncoded;
  readonly wipe: EventLog["wipe"];
  readonly replaceDefinitions: ReplaceEncoded;
  readonly onDamage: (problem: string) => void;
}

interface Waiting {
  readonly resolve: (value: ThreadValue) => void;
  readonly reject: (error: unknown) => void;
  readonly call: ForwardedCall | undefined;
  reader?: BodyStreamReader;
}

/** The part of a stream reader that is used here. Its type differs between runtimes. */
interface BodyStreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

type Question = ThreadQuestion extends infer Each
  ? Each extends { readonly id: number }
    ? Omit<Each, "id">
    : never
  : never;

/** The part of a Worker that is used here. Its type differs between runtimes. */
interface WorkerHandle {
  postMessage(message: ThreadQuestion | ThreadNotice, transfer: ArrayBuffer[]): void;
  on(event: "message", listener: (reply: ThreadReply) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
  terminate(): unknown;
  unref(): unknown;
}

/** A request thread while it runs. Once it has ended, its questions reject with HttpError 503. */
export class RunningThread {
  readonly #worker: WorkerHandle;
  readonly #calls: MainCalls;
  readonly #pingInterval: number;
  readonly #onEnd: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opened = withResolvers();
  #lastId = 0;
  #silentPings = 0;
  #hasStarted = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ended: string | undefined;

  constructor(worker: WorkerHandle, calls: MainCalls, pingInterval: number, onEnd: () => void) {
    this.#worker = worker;
    this.#calls = calls;
    this.#pingInterval = pingInterval;
    this.#onEnd = onEnd;
    worker.unref(); // only the listener keeps the process alive
    worker.on("message", (reply) => this.#receive(reply));
    worker.on("error", (error) => this.#end(`failed: ${error instanceof Error ? error.message : error}`));
    worker.on("exit", () => this.#end("has ended"));
  }

  /** Resolves once the thread has opened the database. */
  opened(): Promise<void> {
    return this.#opened.promise;
  }

  notify(notice: ThreadNotice): void {
    if (this.#ended === undefined) this.#worker.postMessage(notice, []);
  }

  ask(question: Question, transfer: ArrayBuffer[] = [], call?: ForwardedCall): Promise<ThreadValue> {
    if (this.#ended !== undefined) return Promise.reject(this.#refusal());
    if (this.#waiting.size >= mostWaiting) {
      const problem = `${mostWaiting} requests wait already to be read or rendered. Try again a little later.`;
      return Promise.reject(new HttpError(503, problem, { "retry-after": "1" }));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, call });
      this.#timer ??= this.#startPinging();
      this.#worker.postMessage({ ...question, id } as ThreadQuestion, transfer); // a Question with an id is a ThreadQuestion
    });
  }

  /** Ends the thread, which closes the database first: native code that a thread's end cuts off may end the process. */
  async end(): Promise<void> {
    await this.ask({ type: "close" }).catch(() => {}); // it has ended already
    this.#end("has ended");
  }

  async answer(request: RequestParts, call: ForwardedCall): Promise<Response> {
    const headers: [string, string][] = [];
    request.headers.forEach((value, name) => {
      if (name !== "x-request-id") headers.push([name, value]);
    });
    // The same id in the log lines of both threads.
    headers.push(["x-request-id", requestId(request)]);
    const { body = null, caller } = call;
    const sent = body === null || body instanceof ArrayBuffer ? body : "stream";
    const question = {
      type: "request",
      method: request.method,
      url: request.url,
      headers,
      caller,
      body: sent,
    } as const;
    const found = await this.ask(question, sent instanceof ArrayBuffer ? [sent] : [], call);
    const answer = found as ThreadAnswer; // the answer to a question of type "request"
    const init = {
      status: answer.status,
      headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
    };
    return new Response(answer.body, init);
  }

  #receive(reply: ThreadReply): void {
    this.#silentPings = 0;
    this.#hasStarted = true;
    switch (reply.type) {
      case "opened":
        if ("value" in reply.result) this.#opened.resolve();
        else this.#end(`can't open the database (${errorOf(reply.result.error).message})`);
        break;
      case "answer":
        this.#answered(reply.id, reply.result);
        break;
      case "pull":
        for (let i = 0; i < reply.chunks; i++) void this.#sendChunk(reply.id);
        break;
      case "call":
        void this.#answerCall(reply.call, reply.ask);
        break;
      case "log":
        relayLog(reply);
        break;
      case "damage":
        this.#calls.onDamage(reply.problem);
        break;
      case "pong":
        break;
    }
  }

  #answered(id: number, result: ThreadResult): void {
    const waiting = this.#waiting.get(id);
    this.#settle(id);
    try {
      waiting?.resolve(unwrap(result));
    } catch (error) {
      waiting?.reject(error);
    }
  }

  async #answerCall(call: number, ask: MainCall): Promise<void> {
    const result = await resultOf(() => this.#call(ask));
    this.notify({ type: "called", call, result });
  }

  async #call(ask: MainCall): Promise<unknown> {
    switch (ask.method) {
      case "append": {
        const appending = this.#calls.append(ask.encoded, ask.options);
        if (ask.id !== undefined) this.#waiting.get(ask.id)?.call?.onAppend?.();
        return appending;
      }
      case "wipe":
        return this.#calls.wipe(ask.target, ask.by);
      case "replaceDefinitions":
        return this.#calls.replaceDefinitions(ask.source, ask.given, ask.options);
      case "recheck":
        return this.#waiting.get(ask.id)?.call?.recheck();
    }
  }

  async #sendChunk(id: number): Promise<void> {
    const waiting = this.#waiting.get(id);
    const stream = waiting?.call?.body;
    if (waiting === undefined || !(stream instanceof ReadableStream)) return;
    const reader: BodyStreamReader = waiting.reader ?? stream.getReader();
    waiting.reader = reader;
    let chunk: BodyChunk;
    try {
      const { done, value } = await reader.read();
      // A copy, because the buffer of the chunk may hold more.
      chunk = done || value === undefined ? "end" : new Uint8Array(value).buffer;
    } catch {
      chunk = "broken";
    }
    if (this.#ended !== undefined) return;
    this.#worker.postMessage({ type: "chunk", id, chunk }, typeof chunk === "string" ? [] : [chunk]);
  }

  #startPinging() {
    const timer = setInterval(() => {
      const most = this.#hasStarted ? mostSilentPings : mostPingsAtStart;
      if (++this.#silentPings > most) this.#end("no longer answered");
      else this.notify({ type: "ping" });
    }, this.#pingInterval);
    timer.unref();
    return timer;
  }

  #settle(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silentPings = 0;
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#onEnd();
    this.#opened.reject(this.#refusal());
    clearInterval(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(this.#refusal());
    this.#waiting.clear();
    void this.#worker.terminate();
  }

  /** Ends the connection, because nobody reads the rest of a body. */
  #refusal(): HttpError {
    const problem = `The thread that reads and renders ${this.#ended}. Another takes its place: send the request again.`;
    return new HttpError(503, problem, { "retry-after": "1", connection: "close" });
  }
}
