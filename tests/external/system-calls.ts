import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { temporaryFolder } from "../server.ts";

// Whatever runtimes read requests and write answers with, and what makes a file durable.
const calls = "recvfrom,recvmsg,read,readv,sendto,sendmsg,write,writev,fsync,fdatasync";

export interface Tracing {
  /** Ends the tracing and answers what was traced, a line a call (or half of one), in the order of time. */
  stop(): Promise<readonly string[]>;
}

/** Attaches strace to a process and all its threads. */
export async function traceSystemCalls(pid: number): Promise<Tracing> {
  const file = join(temporaryFolder(), "trace");
  const args = ["-f", "-y", "-s", "256", "-e", `trace=${calls}`, "-o", file, "-p", String(pid)];
  const strace = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(strace, "close");
  let said = "";
  await new Promise<void>((resolve, reject) => {
    createInterface(strace.stderr).on("line", (line) => {
      said += `${line}\n`;
      if (line.includes(`Process ${pid} attached`)) resolve();
    });
    const fail = (why: string) => reject(new Error(`strace must be installed and allowed to trace: ${why}${said}`));
    strace.on("error", (error) => fail(`${error.message}\n`));
    ended.then(
      ([code]) => fail(`it ended with ${code}\n`),
      () => {},
    );
  });
  return {
    async stop() {
      strace.kill("SIGINT");
      await ended;
      return readFileSync(file, "utf8").split("\n");
    },
  };
}
