import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { callerShapes, expectShape } from "../http/caller-shapes.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { installPython, python } from "./python.ts";
import { runTool } from "./run-tool.ts";

const line = v.object({
  shape: v.string(),
  answers: v.array(v.object({ status: v.number(), body: v.string() })),
});

beforeAll(installPython, 180_000);

describe.each(runtimes.flatMap((runtime) => [[runtime, "urllib"] as const, [runtime, "requests"] as const]))(
  "on %s, Python's %s reports",
  (runtime, client) => {
    let server: RunningServer;
    let lines: readonly v.InferOutput<typeof line>[];
    beforeAll(async () => {
      server = await startServer(runtime);
      const output = await runTool(python, [join(import.meta.dir, "clients.py"), client, server.url]);
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
