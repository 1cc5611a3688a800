import { expect, test } from "bun:test";
import { materialization } from "../../core/index.ts";
import { createMemoryEventLog, overviewOf } from "../../storage/index.ts";

test("a log that has a part of an overview gives that, with its this, and has the rest read", async () => {
  const memory = createMemoryEventLog({ now: () => 7 });
  await memory.append([[{ event: materialization("a") }]]);
  class Partly {
    readonly #marks = "its own";
    readonly calls: string[] = [];
    async recent() {
      this.calls.push(this.#marks);
      return [];
    }
  }
  const own = new Partly();
  const log = Object.assign(own, memory);
  const overview = overviewOf(log);
  expect(await overview.recent([["a"]], 5)).toEqual([]);
  expect(own.calls).toEqual(["its own"]);
  expect(await overview.timeline(["a"], { slots: 5 })).toMatchObject({ marks: [{ id: 1 }], isSample: false });
  expect(await overview.marksOf([["a"]])).toMatchObject([{ assetKey: ["a"] }]);
});
