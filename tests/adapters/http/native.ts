import { defaultLimits } from "../../../adapters/config/limits.ts";
import type { AppOptions } from "../../../adapters/server/http.ts";
import { createMemoryEventLog, type EventLog } from "../../../storage/index.ts";
import { testApp } from "./test-app.ts";

export const noon = Date.UTC(2026, 10, 23, 12);
export const config = { limits: { ...defaultLimits, bodyBytes: 100_000 } };
export const memory = () => createMemoryEventLog({ now: () => noon });

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface NativeApp {
  readonly log: EventLog;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** A request whose answer is JSON. */
  ask(path: string, init?: RequestInit): Promise<Answer>;
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  postLines(body: string | Uint8Array | ReadableStream<Uint8Array>): Promise<Answer>;
  exportLines(query?: string): Promise<string>;
  metrics(): Promise<Response>;
  health(): Promise<Response>;
  /** Status and body. */
  ready(): Promise<readonly [number, unknown]>;
}

/** The native API without a socket, on a log in memory unless another is given. */
export function nativeApp(deps: Partial<AppOptions> = {}): NativeApp {
  const log = deps.log ?? memory();
  const app = testApp({ config, now: () => noon, ...deps, log });
  const request = async (path: string, init?: RequestInit) => app.request(`/api/v1/${path}`, init);
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const { status, headers, ...response } = await answerOf(await request(path, init));
    return { status, headers, body: JSON.parse(response.text) };
  };
  return {
    log,
    request,
    ask,
    post: (body, headers = {}) =>
      ask("events", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    postLines: (body) => ask("events", { method: "POST", headers: { "content-type": "application/x-ndjson" }, body }),
    exportLines: async (query = "") =>
      (await request(`events?${query}`, { headers: { accept: "application/x-ndjson" } })).text(),
    metrics: async () => app.request("/metrics"),
    health: async () => app.request("/health"),
    ready: async () => {
      const response = await app.request("/ready");
      return [response.status, await response.json()];
    },
  };
}

async function answerOf(response: Response) {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export function materializationOf(key: string, fields: object = {}) {
  return { type: "ASSET_MATERIALIZATION", asset_key: key, ...fields };
}

export function linesOf(...objects: readonly unknown[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

/** A body that comes in these pieces. */
export function bodyOf(...pieces: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift();
      if (piece === undefined) return controller.close();
      controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
    },
  });
}
