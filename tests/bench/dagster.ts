import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Listening, startListening } from "./listening.ts";

const version = "1.13.27";
const ownEnvironment = new URL(".venv", import.meta.url).pathname;

/**
 * The folder of a Python environment that holds dagster-webserver, or why there is none. RUNLESS_BENCH_DAGSTER_VENV names
 * one that is there already; else it is installed from PyPI into tests/bench/.venv, once.
 */
export function dagsterEnvironment(): { readonly folder: string } | { readonly missing: string } {
  const given = process.env.RUNLESS_BENCH_DAGSTER_VENV;
  const folder = given ?? ownEnvironment;
  if (existsSync(join(folder, "bin/dagster-webserver"))) return { folder };
  if (given !== undefined) return { missing: `RUNLESS_BENCH_DAGSTER_VENV=${given} holds no bin/dagster-webserver` };
  if (spawnSync("python3", ["-m", "pip", "--version"]).status !== 0) return { missing: "python3 with pip is not here" };
  console.log(`Installing dagster-webserver ${version} into ${folder} …`);
  try {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
    const install = ["-m", "pip", "install", "--quiet", `dagster-webserver==${version}`];
    execFileSync(join(folder, "bin/python"), install, { stdio: "pipe" });
    return { folder };
  } catch (error) {
    return { missing: `installing it failed: ${error instanceof Error ? error.message : error}` };
  }
}

/** The home of an instance of its own: SQLite files in the folder. */
export function dagsterHome(folder: string): string {
  const home = join(folder, "dagster");
  mkdirSync(home);
  writeFileSync(join(home, "dagster.yaml"), "telemetry:\n  enabled: false\n");
  writeFileSync(join(home, "workspace.yaml"), "load_from: []\n");
  return home;
}

/** The real server, on an empty workspace. */
export async function startDagster(environment: string, home: string): Promise<Listening> {
  const port = String(await freePort());
  const args = ["--host", "127.0.0.1", "--port", port, "--workspace", join(home, "workspace.yaml")];
  return startListening(join(environment, "bin/dagster-webserver"), args, {
    says: /Serving dagster-webserver on (http:\/\/[\w.:]+)/,
    env: { DAGSTER_HOME: home },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}
