import { describe, expect, test } from "bun:test";
import { defaultLimits, type Limits } from "../../../adapters/config/limits.ts";
import { linesOf, materializationOf, nativeApp } from "./native.ts";

const appWith = (limits: Partial<Limits>) => nativeApp({ config: { limits: { ...defaultLimits, ...limits } } });
const long = { description: "x".repeat(11) };
const tooLong = "The field description has 11 bytes, and the limit is 10. Send less, or raise --max-description-bytes.";

describe("a limit of an event", () => {
  test("holds for one, for an array whole, and for a line alone", async () => {
    const { post, postLines, log } = appWith({ descriptionBytes: 10 });
    expect(await post(materializationOf("a", long))).toMatchObject({ status: 400, body: { error: tooLong } });
    expect(await post([materializationOf("a"), materializationOf("a", long)])).toMatchObject({
      status: 400,
      body: { errors: [{ index: 1, error: tooLong }] },
    });
    expect(await log.get(1)).toBeUndefined();
    expect(await postLines(linesOf(materializationOf("a", long), materializationOf("b")))).toMatchObject({
      status: 200,
      body: { recorded: 1, errors: [{ line: 1, error: tooLong }] },
    });
  });
});

describe("a limit of what is recorded as one", () => {
  const partitions = (count: number) => Array.from({ length: count }, (_, i) => String(i));
  const manyEvents =
    "What is to be recorded as one has 4 events, and the limit is 3. Send less, or raise --max-batch-events.";

  test("counts the events of an array, and of partitions", async () => {
    const { post, postLines } = appWith({ batchEvents: 3 });
    const array = Array.from({ length: 4 }, () => materializationOf("a"));
    expect(await post(array)).toMatchObject({ status: 413, body: { error: manyEvents } });
    const backfill = materializationOf("a", { partitions: partitions(4) });
    expect(await post(backfill)).toMatchObject({ status: 413, body: { error: manyEvents } });
    expect(await post([materializationOf("a"), materializationOf("b", { partitions: partitions(3) })])).toMatchObject({
      status: 413,
    });
    expect(await postLines(linesOf(backfill, materializationOf("a")))).toMatchObject({
      status: 200,
      body: { recorded: 1, errors: [{ line: 1, error: manyEvents }] },
    });
    expect(await post(array.slice(1))).toMatchObject({ status: 200 });
  });

  test("counts what partitions repeat", async () => {
    const { post, postLines } = appWith({ batchBytes: 10_000 });
    const backfill = materializationOf("a", { partitions: partitions(10), description: "x".repeat(999) });
    expect(await post(backfill)).toMatchObject({
      status: 413,
      body: {
        error:
          "What is to be recorded as one has 10010 bytes, and the limit is 10000. Send less, or raise --max-batch-bytes.",
      },
    });
    expect(await postLines(linesOf(backfill))).toMatchObject({ status: 400, body: { failed: 1 } });
    expect(await post({ ...backfill, description: "x".repeat(998) })).toMatchObject({ status: 200 });
  });
});

describe("a limit of a request", () => {
  test.each([
    [
      414,
      "?limit=0000000000001",
      {},
      "The path with its query has 34 bytes, and the limit is 20. Send less, or raise --max-target-bytes.",
    ],
    [
      431,
      "?limit=1",
      { "x-filler": "y".repeat(92) },
      "The header has 100 bytes, and the limit is 99. Send less, or raise --max-header-bytes.",
    ],
  ])("is answered with %d and named", async (status, query, headers, error) => {
    const limits = status === 414 ? { targetBytes: 20 } : { headerBytes: 99 };
    const { ask } = appWith(limits);
    expect(await ask(`events${query}`, { headers })).toMatchObject({ status, body: { error } });
  });
});
