import { afterEach, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const folder = import.meta.dir;
const environment = temporaryFolder();
// It tries every operation without it too.
const token = "0123456789abcdef";

beforeAll(async () => {
  await runTool("python3", ["-m", "venv", environment]);
  await runTool(join(environment, "bin/pip"), ["install", "--quiet", "schemathesis==4.32.5"]);
}, 180_000);

/** Fails where schemathesis finds something. */
function schemathesis({ url }: RunningServer, ...options: readonly string[]): Promise<string> {
  const hooks = ["SCHEMATHESIS_HOOKS=schemathesis_hooks", `PYTHONPATH=${folder}`, "PYTHONDONTWRITEBYTECODE=1"];
  return runTool("env", [
    // It keeps notes in the folder that it runs in.
    `--chdir=${temporaryFolder()}`,
    ...hooks,
    join(environment, "bin/schemathesis"),
    ...["--config-file", join(folder, "schemathesis.toml")],
    ...["run", `${url}/openapi.json`, "--no-color", "--continue-on-failure", "--request-timeout", "10"],
    ...["--header", `Authorization: Bearer ${token}`],
    ...options,
  ]);
}

let server: RunningServer | undefined;
afterEach(async () => void (await server?.stop()));

test.each([
  ["bun", 1],
  ["bun", 2],
  ["node", 3],
] as const)(
  "schemathesis finds the %s server as the OpenAPI document says, with the seed %d",
  async (runtime, seed) => {
    server = await startServer(runtime, { env: { RUNLESS_TOKENS: `all:admin=${token}` } });
    const seeded = ["--seed", String(seed), "--max-examples", "12"];
    // An answer without an end; tests/adapters/http/events/event-stream.test.ts reads it.
    const all = await schemathesis(server, ...seeded, "--exclude-path", "/api/v1/events/stream");
    expect(all).toMatch(/Tested: 40\b/);

    // What it has reported, as lines, which have parameters of their own: the document describes those of a page.
    const lines = ["--include-operation-id", "listEvents", "--header", "Accept: application/x-ndjson"];
    const checks = ["not_a_server_error", "content_type_conformance", "response_schema_conformance"];
    const exported = await schemathesis(server, ...seeded, ...lines, "--checks", checks.join(","));
    expect(exported).toMatch(/Tested: 1\b/);
  },
  240_000,
);
