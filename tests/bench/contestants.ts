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

export const bunRunless = runless("runless on Bun", "bun", startServer);
export const nodeRunless = runless("runless on Node", "node", startServer);

/** The servers of another built checkout, which knows itself how they are started. */
export async function otherRunless(app: string): Promise<readonly [Contestant, Contestant]> {
  const { startServer: start } = await import(join(app, "tests/server.ts"));
  return [
    runless(`${bunRunless.name}${otherSuffix}`, "bun", start),
    runless(`${nodeRunless.name}${otherSuffix}`, "node", start),
  ];
}

/** Of the name of another checkout's server. */
export const otherSuffix = ", other";

function runless(name: string, runtime: Runtime, start: typeof startServer): Contestant {
  return {
    name,
    records: true,
    start: async (folder, filled) => {
      const file = join(folder, "runless.db");
      if (filled !== undefined) copyFilled(filled.file, file);
      const { url, process, stop } = await start(runtime, { databaseUrl: `file:${file}` });
      return { url, pid: process.pid, stop: () => stop() };
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
