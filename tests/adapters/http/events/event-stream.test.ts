import { describe, expect, test } from "bun:test";
import { formatEvent } from "../../../../core/index.ts";
import { type EventLog, EventLogError } from "../../../../storage/index.ts";
import { readStream, type StreamBlock } from "../../../read-stream.ts";
import { linesOf, materializationOf, memory, nativeApp, noon } from "../native.ts";

async function take(blocks: AsyncGenerator<StreamBlock>, count: number): Promise<readonly StreamBlock[]> {
  const taken: StreamBlock[] = [];
  while (taken.length < count) {
    const { value, done } = await blocks.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

const idsOf = (blocks: readonly StreamBlock[]) => blocks.map(({ id }) => id);

describe("GET /api/v1/events/stream", () => {
  test("says where it starts, then gives what is recorded from then on, as an answer would", async () => {
    const { post, request, log } = nativeApp();
    await post(materializationOf("before"));
    const response = await request("events/stream");
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const blocks = readStream(response);
    expect(await take(blocks, 1)).toMatchObject([{ id: 1, event: "position", data: '{"id":1}' }]);
    await post({ ...materializationOf("a"), type: "ASSET_OBSERVATION" });
    const [block] = await take(blocks, 1);
    const event = await log.get(2);
    expect(block).toMatchObject({ id: 2, event: "ASSET_OBSERVATION", data: event && formatEvent(event) });
    await blocks.return(undefined);
  });

  test("misses nothing that is recorded between the request and its first read", async () => {
    const { post, request } = nativeApp();
    const response = await request("events/stream");
    await post(materializationOf("a"));
    const blocks = readStream(response);
    expect(idsOf(await take(blocks, 2))).toEqual([0, 1]);
    await blocks.return(undefined);
  });

  test.each([
    ["?after=3", {}, [3, 4, 5]],
    ["", { "last-event-id": "3" }, [3, 4, 5]],
    ["?after=1", { "last-event-id": "4" }, [4, 5]],
    ["?after=1", { "last-event-id": "" }, [1, 2, 3, 4, 5]],
  ])("resumes by %p and %p", async (query, headers, ids) => {
    const { postLines, request } = nativeApp();
    await postLines(linesOf(...Array.from({ length: 5 }, () => materializationOf("a"))));
    const blocks = readStream(await request(`events/stream${query}`, { headers }));
    expect(idsOf(await take(blocks, ids.length))).toEqual(ids);
    await blocks.return(undefined);
  });

  test("first tells who resumes below what retention has deleted, and only them", async () => {
    const log = memory();
    const { postLines, request } = nativeApp({ log });
    const observation = { ...materializationOf("a"), type: "ASSET_OBSERVATION" };
    await postLines(linesOf(observation, observation, ...Array.from({ length: 4 }, () => materializationOf("a"))));
    await log.prune({ events: { ASSET_MATERIALIZATION: noon + 1, ASSET_OBSERVATION: noon + 1 } });
    const firstBlocks = async (query: string) => {
      const blocks = readStream(await request(`events/stream?${query}`));
      const taken = await take(blocks, 3);
      await blocks.return(undefined);
      return taken.map(({ id, event, data }) => (event === "pruned" ? `pruned ${data}` : `${event} ${id}`));
    };
    const pruned = 'pruned {"id":5}';
    expect(await firstBlocks("after=0")).toEqual([pruned, "position 0", "ASSET_OBSERVATION 2"]);
    expect(await firstBlocks("after=4")).toEqual([pruned, "position 4", "ASSET_MATERIALIZATION 6"]);
    expect((await firstBlocks("after=5"))[0]).toBe("position 5");
    // Of observations only the first has gone.
    expect((await firstBlocks("after=0&type=ASSET_OBSERVATION"))[0]).toBe('pruned {"id":1}');
    expect((await firstBlocks("after=1&type=ASSET_OBSERVATION"))[0]).toBe("position 1");
  }, 30_000);

  test("narrows down to what matches", async () => {
    const { post, request } = nativeApp();
    const blocks = readStream(await request("events/stream?prefix=s3&type=ASSET_MATERIALIZATION&partition=p"));
    await take(blocks, 1);
    for (const key of ["s3/a", "s3x", "s3"]) await post(materializationOf(key, { partition: "p" }));
    await post(materializationOf("s3/a", { partition: "q" }));
    await post({ ...materializationOf("s3/a", { partition: "p" }), type: "ASSET_OBSERVATION" });
    await post(materializationOf("s3", { partition: "p" }));
    expect(idsOf(await take(blocks, 3))).toEqual([1, 3, 6]);
    await blocks.return(undefined);
  });

  test("carries the traces of wipes", async () => {
    const { post, ask, request } = nativeApp();
    await post(materializationOf("a"));
    const blocks = readStream(await request("events/stream"));
    await take(blocks, 1);
    await ask("assets?asset_key=a", { method: "DELETE" });
    expect(await take(blocks, 1)).toMatchObject([{ event: "ASSET_WIPED" }]);
    await blocks.return(undefined);
  });

  test("tells a quiet reader how far it has come, past events that don't match", async () => {
    const { post, request } = nativeApp();
    const blocks = readStream(await request("events/stream?asset_key=rare"));
    await take(blocks, 1);
    await post(materializationOf("a"));
    await post(materializationOf("a"));
    expect(await take(blocks, 2)).toMatchObject([
      { id: 2, event: "position", data: '{"id":2}' },
      { id: undefined, comment: "still here" },
    ]);
    await blocks.return(undefined);
  }, 15_000);

  test("reads the log no further than the client has read", async () => {
    const log = memory();
    const app = nativeApp({ log });
    await app.postLines(linesOf(...Array.from({ length: 5000 }, () => materializationOf("a"))));
    let pages = 0;
    const query: EventLog["query"] = (filter, page) => {
      pages++;
      return log.query(filter, page);
    };
    const response = await nativeApp({ log: { ...log, query } }).request("events/stream?after=0");
    const reader = response.body?.getReader();
    await reader?.read(); // where it starts
    await reader?.read();
    expect(pages).toBe(1);
    await reader?.cancel();
  });

  test("lets go of the log when the client goes away, also while nothing happens", async () => {
    const log = memory();
    let watching = 0;
    const watch: EventLog["watch"] = (listener) => {
      watching++;
      const unwatch = log.watch(listener);
      return () => {
        watching--;
        unwatch();
      };
    };
    const response = await nativeApp({ log: { ...log, watch } }).request("events/stream");
    const reader = response.body?.getReader();
    await reader?.read();
    const waiting = reader?.read();
    expect(watching).toBe(1);
    await reader?.cancel();
    expect(watching).toBe(0);
    expect((await waiting)?.done).toBe(true);
  });

  test("ends when the server shuts down", async () => {
    const closing = new AbortController();
    const { request } = nativeApp({ closing: closing.signal });
    const blocks = readStream(await request("events/stream"));
    await take(blocks, 1);
    const rest = take(blocks, 1);
    closing.abort();
    expect(await rest).toEqual([]);
    expect(await take(readStream(await request("events/stream")), 2)).toHaveLength(1);
  });

  test("breaks off where the log fails, and the client resumes", async () => {
    const query = () => Promise.reject(new EventLogError("unavailable", "Gone."));
    const blocks = readStream(await nativeApp({ log: { ...memory(), query } }).request("events/stream?after=0"));
    await take(blocks, 1);
    await expect(take(blocks, 1)).rejects.toThrow("Gone.");
  });

  test.each([
    ["?order=asc", 'There is no parameter "order"'],
    ["?limit=1", 'There is no parameter "limit"'],
    ["?cursor=1", 'There is no parameter "cursor"'],
    ["?before=1", 'There is no parameter "before"'],
    ["?type=x", "The parameter type must be"],
    ["?after=1&after=2", "The parameter after is given more than once."],
  ])("refuses %p", async (query, error) => {
    const answer = await nativeApp().ask(`events/stream${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
  });

  test("refuses a Last-Event-ID that no event has", async () => {
    expect(await nativeApp().ask("events/stream", { headers: { "last-event-id": "x" } })).toMatchObject({
      status: 400,
      body: { error: 'Last-Event-ID must be an event\'s id: a whole number. Got "x".' },
    });
  });
});
