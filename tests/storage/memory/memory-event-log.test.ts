import { describe, expect, test } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { createMemoryEventLog } from "../../../storage/memory/memory-event-log.ts";
import { eventLogContract, maintenanceContract } from "../../../storage/testing/index.ts";

const open = async (options: { readonly now: () => number }) => createMemoryEventLog(options);
eventLogContract({ describe, test }, "the memory store", open, { histories: 0, keepsReporters: true }); // it is the reference
maintenanceContract({ describe, test }, "the memory store", open);

test("the memory store never promises more where nothing more matches", async () => {
  const log = createMemoryEventLog({ now: () => 0 });
  await log.append([[{ event: materialization("a") }], [{ event: materialization("b") }]]);
  expect(await log.query({ assetKey: ["a"] }, { order: "asc", limit: 1 })).toMatchObject({ hasMore: false });
  expect(await log.query({}, { order: "asc", limit: 1 })).toMatchObject({ hasMore: true });
  expect(await log.query({}, { order: "desc", limit: 2 })).toMatchObject({ hasMore: false });
});

test("the memory store tells its listeners of what was recorded or wiped, and of nothing else", async () => {
  const log = createMemoryEventLog({ now: () => 0 });
  let calls = 0;
  log.watch(() => calls++);
  const unit = [{ event: materialization("a"), idempotencyKey: "k" }];
  const other = [{ event: materialization("a", { partition: "p" }), idempotencyKey: "k" }];
  await log.append([unit, unit]);
  expect(calls).toBe(1);
  await log.append([unit, other, []]);
  await log.append([]);
  await log.wipe({ assetKey: ["b"] }, null);
  expect(calls).toBe(1);
  await log.wipe({ assetKey: ["a"] }, null);
  expect(calls).toBe(2);
});
