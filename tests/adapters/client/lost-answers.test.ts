import { describe, expect, test } from "bun:test";
import { materialization } from "../../../adapters/client.ts";
import { type Fetch, testClient, testServer } from "./harness.ts";

const cut = new TypeError("connection reset");

/** Lets the server answer, and loses the first `times` answers. */
function losing(times: number, fetch: Fetch): Fetch {
  let left = times;
  return async (url, init) => {
    const answer = await fetch(url, init);
    if (left-- > 0) throw cut;
    return answer;
  };
}

describe("a report whose answer was lost", () => {
  test("is recorded once, and is no duplicate to the caller", async () => {
    const { log, fetch } = testServer();
    const client = testClient({ fetch: losing(3, fetch) });
    const answer = await client.reportRunlessAssetEvent(materialization("a"));
    expect(answer).toEqual({ id: 1, duplicate: false });
    expect((await log.asset(["a"]))?.counts.materializations).toBe(1);
  });

  test("is recorded once among several, which are no duplicates either", async () => {
    const { log, fetch } = testServer();
    const client = testClient({ fetch: losing(1, fetch) });
    const twice = [materialization("a"), materialization("a")];
    expect(await client.reportRunlessAssetEvents(twice)).toEqual({ recorded: 2, duplicates: 0, ids: [1, 2] });
    expect((await log.asset(["a"]))?.counts.materializations).toBe(2);
  });

  test("is recorded once where its body was cut off", async () => {
    const { log, fetch } = testServer();
    let isFirst = true;
    const cutting: Fetch = async (url, init) => {
      const answer = await fetch(url, init);
      if (!isFirst) return answer;
      isFirst = false;
      return new Response(new ReadableStream({ start: (controller) => controller.error(cut) }));
    };
    expect(await testClient({ fetch: cutting }).reportRunlessAssetEvent(materialization("a"))).toMatchObject({ id: 1 });
    expect((await log.asset(["a"]))?.counts.materializations).toBe(1);
  });
});
