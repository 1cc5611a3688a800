import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { portToReturnTo, type RunningServer, startServer } from "../../server.ts";
import { endWithProcess, type Listening, startListening } from "../listening.ts";

const secret = Buffer.alloc(32, 7).toString("base64");

/** A server that may be killed, and comes back on its port. */
export class Serving {
  readonly url: string;
  readonly #options: { readonly databaseUrl: string; readonly args: readonly string[] };
  #server: RunningServer | undefined;

  private constructor(port: number, databaseUrl: string, args: readonly string[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.#options = { databaseUrl, args: ["--port", String(port), ...args] };
  }

  /** `destinations` are those of its file; undefined: it has none. */
  static async start(folder: string, destinations?: readonly object[]): Promise<Serving> {
    const port = await portToReturnTo();
    const file = join(folder, `destinations-${port}.json`);
    if (destinations !== undefined) writeFileSync(file, JSON.stringify({ destinations }));
    const args = destinations === undefined ? [] : ["--destinations", file];
    const serving = new Serving(port, `file:${join(folder, "runless.db")}`, args);
    await serving.restart();
    return serving;
  }

  get pid(): number {
    return this.#server?.process.pid ?? 0;
  }

  async restart(): Promise<void> {
    const server = await startServer("bun", this.#options);
    this.#server = server;
    endWithProcess({ url: server.url, stop: () => server.stop("SIGKILL") });
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#server?.stop(signal);
  }

  /** Undefined while the server is away. */
  async ask(path: string, init?: RequestInit): Promise<Response | undefined> {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(30_000), ...init }).catch(() => undefined);
  }

  /** The answer of a server that is there. */
  async json<Answer>(path: string): Promise<Answer> {
    const answer = await this.ask(path);
    if (answer?.status !== 200) throw new Error(`${path} was answered ${answer?.status ?? "nothing"}.`);
    return (await answer.json()) as Answer; // as the API says
  }

  /** Whether it was acknowledged. */
  async report(key: string): Promise<boolean> {
    const answer = await this.ask(`/report_asset_materialization/${key}`, { method: "POST" });
    await answer?.text();
    return answer?.status === 200;
  }
}

export function hookTo(port: number, rest: object = {}): object {
  const url = `http://127.0.0.1:${port}/hook`;
  return {
    name: "hook",
    type: "webhook",
    url,
    secret,
    events: ["ASSET_MATERIALIZATION"],
    allow_private: true,
    ...rest,
  };
}

export interface ReceivedMessage {
  readonly message: string;
  readonly event: number;
  readonly asset: string;
}

/** The receiver of receiver.mjs, which may be killed, and comes back on its port. */
export class ReceiverProcess {
  readonly port: number;
  readonly #file: string;
  readonly #faults: number;
  #process: Listening | undefined;

  private constructor(port: number, file: string, faults: number) {
    this.port = port;
    this.#file = file;
    this.#faults = faults;
    writeFileSync(file, "");
  }

  static async start(folder: string, faults: number): Promise<ReceiverProcess> {
    const receiver = new ReceiverProcess(await portToReturnTo(), join(folder, "received.txt"), faults);
    await receiver.restart();
    return receiver;
  }

  async restart(): Promise<void> {
    const program = join(import.meta.dirname, "receiver.mjs");
    this.#process = endWithProcess(
      await startListening("node", [program, String(this.port), this.#file, String(this.#faults)]),
    );
  }

  async kill(): Promise<void> {
    if (this.#process?.pid !== undefined) process.kill(this.#process.pid, "SIGKILL");
    await this.#process?.stop();
  }

  received(): readonly ReceivedMessage[] {
    const lines = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => {
      const [message = "", event = "", asset = ""] = line.split(" ");
      return { message, event: Number(event), asset };
    });
  }

  /** How many lines it has noted, without reading each. */
  count(): number {
    return readFileSync(this.#file).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);
  }
}

export async function until(isReached: () => boolean | Promise<boolean>, seconds: number, what: string): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await isReached())) {
    if (performance.now() > end) throw new Error(`After ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
