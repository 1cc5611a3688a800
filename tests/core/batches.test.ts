import { expect, test } from "bun:test";
import { batchesOf, inBatches } from "../../core/batches.ts";

test("batches have all items in their order, and at most so many", () => {
  expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(batchesOf([1, 2], 2)).toEqual([[1, 2]]);
  expect(batchesOf([], 2)).toEqual([]);
});

test("one batch is worked on after the other, and their results are one list", async () => {
  let running = 0;
  const results = await inBatches([1, 2, 3], 2, async (batch) => {
    expect(++running).toBe(1);
    await Promise.resolve();
    running--;
    return batch.map((item) => item * 10);
  });
  expect(results).toEqual([10, 20, 30]);
});
