import { join } from "node:path";
import { type Runtime, startServer } from "../server.ts";
import { startDagster } from "./dagster.ts";
import { type Listening, startListening } from "./listening.ts";

export interface Contestant {
  readonly name: string;
  /** Whether what it acknowledges can be counted through runless's read API. */
  readonly records: boolean;
  /** Keeps its files, if it has any, in the folder, which is empty and its own. */
  start(folder: string): Promise<Listening>;
}

const here = (name: string): string => new URL(name, import.meta.url).pathname;

export const bunEcho: Contestant = {
  name: "Bun.serve JSON echo",
  records: false,
  start: () => startListening(process.execPath, [here("echo-bun.ts")]),
};

export const nodeEcho: Contestant = {
  name: "node:http JSON echo",
  records: false,
  start: () => startListening("node", [here("echo-node.mjs")]),
};

export const bunRunless = runless("runless on Bun", "bun");
export const nodeRunless = runless("runless on Node", "node");

function runless(name: string, runtime: Runtime): Contestant {
  return {
    name,
    records: true,
    start: (folder) => startServer(runtime, { databaseUrl: `file:${join(folder, "runless.db")}` }),
  };
}

export function dagster(environment: string): Contestant {
  return { name: "dagster-webserver", records: false, start: (folder) => startDagster(environment, folder) };
}
