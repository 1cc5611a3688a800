import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { callerShapes, expectShape } from "../http/caller-shapes.ts";
import { type RunningServer, runtimes, startServer, temporaryFolder } from "../server.ts";
import { runTool } from "./run-tool.ts";

const folder = import.meta.dir;
const python = join(folder, ".venv/bin/python");
const line = v.object({
  shape: v.string(),
  answers: v.array(v.object({ status: v.number(), body: v.string() })),
});

beforeAll(async () => {
  await runTool("python3", ["-m", "venv", join(folder, ".venv")]);
  await runTool(python, ["-m", "pip", "install", "--quiet", "--requirement", join(folder, "requirements.txt")]);
}, 180_000);

describe.each(runtimes.flatMap((runtime) => [[runtime, "urllib"] as const, [runtime, "requests"] as const]))(
  "on %s, Python's %s reports",
  (runtime, client) => {
    let server: RunningServer;
    let lines: readonly v.InferOutput<typeof line>[];
    beforeAll(async () => {
      server = await startServer(runtime);
      const output = await runTool(python, [join(folder, "clients.py"), client, server.url]);
      lines = output
        .trimEnd()
        .split("\n")
        .map((text) => v.parse(line, JSON.parse(text)));
    }, 30_000);
    afterAll(() => server.stop());

    test("every shape", () => {
      expect(lines.map(({ shape }) => shape)).toEqual(callerShapes.map(({ name }) => name));
    });

    test.each([...callerShapes])("$name", async (shape) => {
      const answers = lines.find((found) => found.shape === shape.name)?.answers ?? [];
      await expectShape(server.url, shape, answers);
    });
  },
);

test("the manual's blocks in Python report to a server, and its command for lines tells of those that failed", async () => {
  const server = await startServer("bun");
  const root = join(folder, "../..");
  const blocks = ["README.md", "docs/reporting.md"].flatMap((file) =>
    Array.from(
      readFileSync(join(root, file), "utf8").matchAll(/^```(python|sh)\n(.*?)^```$/gms),
      ([, language, code]) => {
        return { language, code: (code ?? "").replaceAll("http://127.0.0.1:3000", server.url) };
      },
    ),
  );
  const inPython = blocks.filter(({ language }) => language === "python");
  expect(inPython.length).toBe(3);
  for (const { code } of inPython) await runTool(python, ["-c", code]);
  const answer = await (await fetch(`${server.url}/api/v1/events?order=asc`)).json();
  const { events } = v.parse(v.object({ events: v.array(v.unknown()) }), answer);
  expect(events).toMatchObject([
    { partition: "2026-11-23", metadata: { rows: { raw_value: 5 } } },
    { partition: "2026-11-23", metadata: { rows: { raw_value: 5 } } },
    { timestamp: "2026-11-23T05:50:00.000Z" },
  ]);
  const lines = blocks.find(({ code }) => code.includes("lines.ndjson"))?.code ?? "";
  const shell = Bun.spawnSync(["sh", "-c", lines], { cwd: temporaryFolder() });
  expect([shell.exitCode, shell.stderr.toString()]).toEqual([1, expect.stringContaining("'line': 2")]);
  await server.stop();
}, 30_000);
