import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Runtime, startServer } from "../../server.ts";
import { endWithProcess, type Listening, startListening } from "../listening.ts";
import { settle } from "../thread-cpu.ts";
import { exchange } from "./exchange.ts";
import { type FixtureName, fixtures } from "./fixtures.ts";
import type { Target } from "./shape.ts";

/** The server of a checkout, which is under test. */
export interface Subject extends Target {
  readonly url: string;
  readonly pid: number;
  readonly ended: Promise<unknown>;
  stop(): Promise<unknown>;
}

export type DatabaseKind = "file" | "remote";

/** Starts servers of one checkout, and keeps what was planted for them. */
export class Subjects {
  readonly #startServer: typeof startServer;
  readonly #database: DatabaseKind;
  readonly #folder: string;
  readonly #planted = new Map<FixtureName, string>();

  private constructor(start: typeof startServer, database: DatabaseKind, folder: string) {
    this.#startServer = start;
    this.#database = database;
    this.#folder = folder;
  }

  /** Of the built checkout in `app`, which knows itself how its servers are started. */
  static async of(app: string, database: DatabaseKind, folder: string): Promise<Subjects> {
    const { startServer } = await import(join(app, "tests/server.ts"));
    return new Subjects(startServer, database, folder);
  }

  /** A server on a copy of what is planted, or on an empty database, warmed up by small requests of each kind. */
  async start(runtime: Runtime, fixture?: FixtureName): Promise<Subject> {
    const file = join(mkdtempSync(join(this.#folder, "server-")), "runless.db");
    if (fixture !== undefined) copyDatabase(await this.#plant(fixture), file);
    const subject = await this.#open(runtime, file);
    await warmUp(subject);
    return subject;
  }

  async #plant(fixture: FixtureName): Promise<string> {
    const known = this.#planted.get(fixture);
    if (known !== undefined) return known;
    const file = join(mkdtempSync(join(this.#folder, "planted-")), "runless.db");
    const subject = await this.#open("bun", file);
    await fixtures[fixture](subject);
    await subject.settle();
    await subject.stop();
    this.#planted.set(fixture, file);
    return file;
  }

  async #open(runtime: Runtime, file: string): Promise<Subject> {
    const standIn = this.#database === "remote" ? await startStandIn(file) : undefined;
    const server = await this.#startServer(runtime, { databaseUrl: standIn?.url ?? `file:${file}` });
    const pid = server.process.pid ?? 0;
    const subject = {
      url: server.url,
      port: server.port,
      pid,
      ended: server.ended,
      settle: () => settle(pid),
      stop: async () => {
        await server.stop();
        await standIn?.stop();
      },
    };
    endWithProcess(subject);
    return subject;
  }
}

/** Of a server that has ended: what its write-ahead log still holds belongs to the database. */
function copyDatabase(from: string, to: string): void {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

function startStandIn(file: string): Promise<Listening> {
  const serve = new URL("../../remote/serve.ts", import.meta.url).pathname;
  return startListening(process.execPath, [serve, "--file", file]);
}

const rounds = 5;
const event = '{"type":"ASSET_MATERIALIZATION","asset_key":"warm/up","metadata":{"rows":5}}';
const form = { "content-type": "application/x-www-form-urlencoded" };

/** What a server does first, it does slowly. Nothing here touches what was planted. */
async function warmUp({ port }: Target): Promise<void> {
  const post = (path: string, type: string, body: string) =>
    exchange(port, { method: "POST", path, headers: { "content-type": type }, body: Buffer.from(body) });
  const get = (path: string, accept: string) => exchange(port, { method: "GET", path, headers: { accept } });
  for (let round = 0; round < rounds; round++) {
    await post("/report_asset_materialization/warm/up", "application/json", '{"metadata":{"rows":5}}');
    await post("/api/v1/events", "application/json", event);
    await post("/api/v1/events", "application/x-ndjson", `${event}\n`.repeat(50));
    await post("/sign-in", form["content-type"], "token=x");
    await get("/api/v1/events?asset_key=warm/up", "*/*");
    await get("/api/v1/assets/warm/up", "*/*");
    await get("/api/v1/assets?prefix=warm", "*/*");
    await get("/api/v1/events?asset_key=warm/up", "application/x-ndjson");
    for (const path of ["/?prefix=warm", "/assets/warm/up", "/events?asset_key=warm/up"]) await get(path, "text/html");
  }
  // A wipe leaves a trace alone: the catalog's first page is that of what was planted.
  await exchange(port, { method: "DELETE", path: "/api/v1/assets?asset_key=warm/up" });
}
