import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { programs, temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const repository = join(import.meta.dir, "../..");

/** Packs what was built before the tests ran, and answers where the package lies. */
export async function packPackage(): Promise<string> {
  const folder = temporaryFolder();
  const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, repository];
  return join(folder, (await runTool("npm", args)).trim());
}

/** An empty project with the package in it, and what runs a program there, with the runtimes of this repository. */
export async function newProject(archive: string, installer: "npm" | "bun" = "npm") {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
  const ownPrograms = ["node_modules/.bin", "tests/external/node_modules/.bin"].map((bin) => join(repository, bin));
  const path = [...ownPrograms, process.env.PATH].join(":");
  const run = (...command: string[]) =>
    runTool("env", [`--chdir=${folder}`, `PATH=${path}`, `XDG_CONFIG_HOME=${folder}`, ...command]);
  if (installer === "bun") await run(programs.bun, "add", "--silent", archive);
  else await run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", archive);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  return { folder, path, run, write };
}

export type Project = Awaited<ReturnType<typeof newProject>>;
