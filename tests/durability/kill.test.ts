import { expect, test } from "bun:test";
import type { Runtime } from "../server.ts";
import { killRounds } from "./kill-rounds.ts";

const kills: readonly (readonly [number, Runtime])[] = [
  [15, "bun"],
  [5, "node"],
];

test.each([...kills])(
  "what was acknowledged before each of %i kills of the %s server is there exactly once, and summaries equal a recount",
  async (rounds, runtime) => {
    const result = await killRounds({ rounds, runtime });
    expect(result).toEqual({ acknowledged: expect.any(Number), lost: 0, repeated: 0, problems: [] });
    expect(result.acknowledged).toBeGreaterThanOrEqual(rounds);
  },
  120_000,
);
