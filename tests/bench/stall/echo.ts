import { programs, type Runtime } from "../../server.ts";
import { endWithProcess, startListening } from "../listening.ts";
import { cpuBetween, settle, threadCpu } from "../thread-cpu.ts";
import { exchange } from "./exchange.ts";

const here = (name: string): string => new URL(name, import.meta.url).pathname;
const scripts: Readonly<Record<Runtime, readonly string[]>> = {
  bun: [here("echo-bun.ts")],
  node: [here("echo-node.mjs")],
  deno: ["run", "--allow-net", here("echo-deno.mjs")],
};
const warming = 3;
const measured = 5;

/** A server of a runtime that only takes a body and answers it: how fast the machine is now. */
export interface Echo {
  /** Seconds of CPU of its main thread for one such body. */
  cpuFor(body: Buffer | undefined): Promise<number>;
  stop(): Promise<unknown>;
}

export async function startEcho(runtime: Runtime): Promise<Echo> {
  const server = endWithProcess(await startListening(programs[runtime], scripts[runtime]));
  const pid = server.pid ?? 0;
  const port = Number(new URL(server.url).port);
  return {
    async cpuFor(body = Buffer.alloc(0)) {
      const send = () => exchange(port, { method: "POST", path: "/", body });
      for (let i = 0; i < warming; i++) await send();
      await settle(pid);
      const before = threadCpu(pid);
      for (let i = 0; i < measured; i++) await send();
      await settle(pid);
      return cpuBetween(pid, before, threadCpu(pid)).main / measured;
    },
    stop: () => server.stop(),
  };
}
