import { join } from "node:path";
import { type Runtime, startServer } from "../server.ts";
import { dagsterHome, startDagster } from "./dagster.ts";
import { copyFilled } from "./fill-log.ts";
import { type Listening, startListening } from "./listening.ts";
import type { FilledFile } from "./requests.ts";

export interface Contestant {
  readonly name: string;
  /** Whether what it acknowledges can be counted through runless's read API. */
  readonly records: boolean;
  /** Keeps its files, if it has any, in the folder, which is empty and its own; may begin with a copy of what is filled. */
  start(folder: string, filled?: FilledFile): Promise<Listening>;
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
    start: (folder, filled) => {
      const file = join(folder, "runless.db");
      if (filled !== undefined) copyFilled(filled.file, file);
      return startServer(runtime, { databaseUrl: `file:${file}` });
    },
  };
}

export function dagster(environment: string): Contestant {
  return {
    name: "dagster-webserver",
    records: false,
    start: (folder) => startDagster(environment, dagsterHome(folder)),
  };
}
