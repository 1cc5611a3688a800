import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "../external/run-tool.ts";

/** Fetches a release line of Node from npm into a folder, and answers where its program is. */
export async function installNode(line: string, folder: string): Promise<string> {
  mkdirSync(folder);
  // Its install script fetches the program; npm may want to be told that it is allowed to.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  await runTool("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", `node@${line}`]);
  return join(folder, "node_modules/node/bin/node");
}
