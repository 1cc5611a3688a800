import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = ""]) => code);

/** Runs the README's block about runless/core with a request, and answers what it logs. */
async function runCoreBlock(request: Request): Promise<readonly unknown[]> {
  const [block = "", ...others] = blocks.filter((code) => code.includes('from "runless/core"'));
  expect(others).toEqual([]);
  const [, names = ""] = /^import (\{.*\}) from "runless\/core";$/m.exec(block) ?? [];
  const body = new Bun.Transpiler({ loader: "ts" }).transformSync(block.replace(/^import .*$/m, ""));
  const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction(names, "request", "console", body);
  const logged: unknown[] = [];
  await run(await import("../core/index.ts"), request, { log: (...args: unknown[]) => logged.push(...args) });
  return logged;
}

describe("the README's block about the core", () => {
  const post = (path: string, body: string | undefined, type = "application/json") => {
    const init = body === undefined ? {} : { body, headers: { "content-type": type } };
    return new Request(`https://example.com${path}`, { method: "POST", ...init });
  };

  test.each([
    ["/report_asset_materialization/s3/orders", '{"metadata": {"rows": 5}}', "report_asset_materialization"],
    ["/report_asset_observation/s3/orders?data_version=v2", undefined, "report_asset_observation"],
    ["/report_asset_check/s3/orders", '{"check_name": "c", "passed": true}', "report_asset_check"],
  ])("reads a report to %s", async (path, body, endpoint) => {
    expect(await runCoreBlock(post(path, body))).toEqual([endpoint, ["s3", "orders"]]);
  });

  test.each([
    ["JSON that is cut off", post("/report_asset_materialization/a", '{"metadata":'), "malformed_json"],
    [
      "a form",
      post("/report_asset_materialization/a", "a=b", "application/x-www-form-urlencoded"),
      "unhandled_content_type",
    ],
    ["an address of something else", post("/api/v1/events", "{}"), "unknown_endpoint"],
  ])("says what is wrong with %s", async (_, request, code) => {
    expect(await runCoreBlock(request)).toEqual([code, expect.any(String)]);
  });
});
