import { describe, expect, test } from "bun:test";
import { runtimes } from "../server.ts";
import { fuzzerNames, runFuzz } from "./run-fuzz.ts";

describe.each([...runtimes])("on %s", (runtime) => {
  test.each([...fuzzerNames])(
    "random %s bring neither a 5xx nor an end, nor an event that nobody reported",
    async (fuzzer) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      expect(await runFuzz({ runtime, fuzzer, seed, seconds: 3 })).toBeGreaterThan(0);
    },
    120_000,
  );
});
