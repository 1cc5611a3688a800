import { join } from "node:path";
import { runTool } from "./run-tool.ts";

const environment = join(import.meta.dir, ".venv");
/** A Python with the packages of requirements.txt, once `installPython` has resolved. */
export const python = join(environment, "bin/python");

/** Makes an environment beside this file, and installs what requirements.txt names and is not there yet. */
export async function installPython(): Promise<void> {
  await runTool("python3", ["-m", "venv", environment]);
  const requirements = join(import.meta.dir, "requirements.txt");
  await runTool(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
}
