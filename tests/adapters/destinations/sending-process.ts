import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { HttpRequest } from "../../../adapters/destinations/http-sender.ts";
import type { Answer } from "../../../core/destinations/delivery.ts";
import { denoArgs, programs, type Runtime } from "../../server.ts";

const repository = new URL("../../..", import.meta.url).pathname;
const program = join(import.meta.dir, "sending-program.mjs");

export interface Asked {
  readonly request: Omit<HttpRequest, "signal">;
  /** What each look-up of a name answers, one after the other; names that are not here are the system's. */
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly ownPort?: number;
  readonly ca?: string;
}

export interface Sent {
  readonly answer: Answer;
  /** The names that were looked up. */
  readonly asked: readonly string[];
}

/** A process of a runtime that sends requests by our sender: Node runs what is built. */
export function startSending(runtime: Runtime, env: Readonly<Record<string, string>> = {}) {
  const module = (name: string) =>
    join(repository, runtime === "node" ? `dist/adapters/destinations/${name}.js` : `adapters/destinations/${name}.ts`);
  const permissions = denoArgs.slice(0, -1); // the last is the server's entry
  const args = [...(runtime === "deno" ? permissions : []), program, module("http-sender"), module("judge-host")];
  const child = spawn(programs[runtime], args, {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** One at a time. */
    async send({ names = {}, ...asked }: Asked): Promise<Sent> {
      child.stdin.write(`${JSON.stringify({ ...asked, names })}\n`);
      return JSON.parse((await lines.next()).value ?? "");
    },
    async stop() {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
