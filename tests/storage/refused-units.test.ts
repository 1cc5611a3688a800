import { expect, test } from "bun:test";
import { join } from "node:path";
import { materialization } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { temporaryFolder } from "../server.ts";

const urls = { memory: () => ":memory:", "a file": () => `file:${join(temporaryFolder(), "log.db")}` };

test.each(Object.entries(urls))("in %s a unit that is refused uses no id", async (_, url) => {
  const log = await openEventLog({ url: url() });
  const keyed = (description: string) => ({ event: materialization("a", { description }), idempotencyKey: "k" });
  const results = await log.append([
    [keyed("first")],
    [{ event: materialization("b") }, keyed("other")],
    [{ event: materialization("c") }],
  ]);
  expect(results).toEqual([
    { status: "recorded", events: [{ id: 1, duplicate: false }] },
    { status: "conflict", index: 1, id: 1 },
    { status: "recorded", events: [{ id: 2, duplicate: false }] },
  ]);
  await log.close();
});
