import { Database } from "bun:sqlite";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Listening, startListening } from "../bench/listening.ts";
import { portToReturnTo, temporaryFolder } from "../server.ts";
import { python } from "./python.ts";

const location = join(import.meta.dir, "dagster_location.py");

/** A real Dagster: webserver and daemon over an instance of its own, with the code location of dagster_location.py. */
export class DagsterInstance {
  readonly url: string;
  readonly #home: string;
  readonly #port: number;
  #server: Listening | undefined;
  #daemon: Listening | undefined;

  private constructor(home: string, port: number) {
    this.#home = home;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<DagsterInstance> {
    const home = temporaryFolder();
    mkdirSync(join(home, "tmp"));
    writeFileSync(join(home, "dagster.yaml"), "telemetry:\n  enabled: false\n");
    const instance = new DagsterInstance(home, await portToReturnTo());
    await instance.startServer();
    return instance;
  }

  async startServer(): Promise<void> {
    const args = ["-h", "127.0.0.1", "-p", String(this.#port), "-f", location];
    this.#server = await this.#start("dagster-webserver", args, /Serving dagster-webserver on (\S+)/);
    // It says so before it listens.
    for (const end = Date.now() + 30_000; !(await this.#answers()); ) {
      if (Date.now() > end) throw new Error("dagster-webserver does not answer.");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #answers(): Promise<boolean> {
    return fetch(`${this.url}/server_info`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async startDaemon(): Promise<void> {
    this.#daemon = await this.#start("dagster-daemon", ["run", "-f", location], /(Instance is configured with)/);
  }

  /** By SIGKILL. */
  async killServer(): Promise<void> {
    if (this.#server?.pid !== undefined) process.kill(this.#server.pid, "SIGKILL");
    await this.#server?.stop();
  }

  /** What it answers, where that is 200. */
  async post({ path, body }: { readonly path: string; readonly body: string }): Promise<string> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}/${path}`, { method: "POST", headers, body });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`${response.status}: ${answer}`);
    return answer;
  }

  async query(query: string, variables: object = {}): Promise<Record<string, unknown>> {
    const answer = await this.post({ path: "graphql", body: JSON.stringify({ query, variables }) });
    const { data, errors } = JSON.parse(answer) as { data: Record<string, unknown>; errors?: unknown }; // GraphQL's form
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The marks of runless in the event log, as Dagster's own database has them, in the order in which they came. */
  marks(): readonly string[] {
    const database = new Database(join(this.#home, "history/runs/index.db"), { readonly: true });
    try {
      database.exec("PRAGMA busy_timeout = 10000");
      const rows = database.query("SELECT event FROM event_logs ORDER BY id").all() as { event: string }[];
      return rows.flatMap(({ event }) => /"([0-9a-f]{16}\/\d+)"/.exec(event)?.[1] ?? []);
    } finally {
      database.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server?.stop(), this.#daemon?.stop()]);
  }

  #start(program: string, args: readonly string[], says: RegExp): Promise<Listening> {
    // Its scratch files too: it leaves them behind.
    const env = { DAGSTER_HOME: this.#home, TMPDIR: join(this.#home, "tmp") };
    return startListening(join(dirname(python), program), args, { says, env });
  }
}
