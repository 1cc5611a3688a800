import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type RunningServer, startServer, temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const folder = import.meta.dir;
const environment = temporaryFolder();
// It tries every operation without it too.
const token = "0123456789abcdef";
let server: RunningServer;

beforeAll(async () => {
  await runTool("python3", ["-m", "venv", environment]);
  await runTool(join(environment, "bin/pip"), ["install", "--quiet", "schemathesis==4.32.5"]);
  server = await startServer("bun", { env: { RUNLESS_TOKENS: `all:admin=${token}` } });
}, 180_000);
afterAll(() => server.stop());

test("schemathesis finds no difference between the OpenAPI document and the server", async () => {
  const program = join(environment, "bin/schemathesis");
  const hooks = ["SCHEMATHESIS_HOOKS=schemathesis_hooks", `PYTHONPATH=${folder}`, "PYTHONDONTWRITEBYTECODE=1"];
  const output = await runTool("env", [
    // It keeps notes in the folder that it runs in.
    `--chdir=${temporaryFolder()}`,
    ...hooks,
    program,
    ...["--config-file", join(folder, "schemathesis.toml")],
    ...["run", `${server.url}/openapi.json`, "--no-color", "--continue-on-failure", "--seed", "1"],
    ...["--header", `Authorization: Bearer ${token}`],
    ...["--max-examples", "30", "--request-timeout", "10"],
    // An answer without an end; tests/adapters/http/event-stream.test.ts reads it.
    ...["--exclude-path", "/api/v1/events/stream"],
  ]);
  expect(output).toMatch(/Tested: 20\b/);
}, 240_000);
