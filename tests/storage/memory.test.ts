import { expect, test } from "bun:test";
import { materialization } from "../../core/index.ts";
import { createMemoryEventLog } from "../../storage/memory.ts";
import { eventLogContract } from "../contracts/event-log.ts";

eventLogContract("the memory store", async (options) => createMemoryEventLog(options), { isReference: true });

test("the memory store never promises more where nothing more matches", async () => {
  const log = createMemoryEventLog({ now: () => 0 });
  await log.append([[{ event: materialization("a") }], [{ event: materialization("b") }]]);
  expect(await log.query({ assetKey: ["a"] }, { order: "asc", limit: 1 })).toMatchObject({ hasMore: false });
  expect(await log.query({}, { order: "asc", limit: 1 })).toMatchObject({ hasMore: true });
  expect(await log.query({}, { order: "desc", limit: 2 })).toMatchObject({ hasMore: false });
});
