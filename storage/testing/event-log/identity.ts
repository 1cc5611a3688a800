import { materialization } from "../../../core/index.ts";
import { noon } from "../declare-test.ts";
import { expect } from "../expect.ts";
import type { TestRunner } from "../test-runner.ts";
import { type DeclareTest, longestTest, type OpenEventLog, record } from "./harness.ts";

export function identityContract(declareTest: DeclareTest, { test }: TestRunner, open: OpenEventLog): void {
  declareTest("a log has one id, whatever happens to it", async ({ log }) => {
    const id = await log.id();
    expect(id).toMatch(/^[\w-]{16,}$/);
    await record(log, materialization("a"));
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await log.id()).toBe(id);
  });

  test(
    "each log has an id of its own",
    async () => {
      const ids: string[] = [];
      // Not at the same time: some stores can open only one log.
      for (let i = 0; i < 2; i++) {
        const log = await open({ now: () => noon });
        ids.push(await log.id());
        await log.close();
      }
      expect(new Set(ids).size).toBe(2);
    },
    longestTest,
  );
}
