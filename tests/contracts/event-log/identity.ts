import { expect, test } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { noon, type OpenEventLog, type Promises, record } from "./harness.ts";

export function identityContract(promises: Promises, open: OpenEventLog): void {
  promises("a log has one id, whatever happens to it", async ({ log }) => {
    const id = await log.id();
    expect(id).toMatch(/^[\w-]{16,}$/);
    await record(log, materialization("a"));
    await log.wipe({ assetKey: ["a"] }, null);
    expect(await log.id()).toBe(id);
  });

  test("each log has an id of its own", async () => {
    const logs = [await open({ now: () => noon }), await open({ now: () => noon })];
    const ids = await Promise.all(logs.map((log) => log.id()));
    await Promise.all(logs.map((log) => log.close()));
    expect(new Set(ids).size).toBe(2);
  });
}
