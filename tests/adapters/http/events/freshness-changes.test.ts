import { describe, expect, test } from "bun:test";
import { formatEvent, freshnessStateChange, parseJson } from "../../../../core/index.ts";
import { createMemoryEventLog } from "../../../../storage/memory/memory-event-log.ts";
import { readStream } from "../../../read-stream.ts";
import { linesOf, materializationOf, nativeApp, noon } from "../native.ts";

const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: noon, lastAt: noon - 5 } as const;
const freshness = {
  state: "FAIL",
  previous_state: "PASS",
  reason: "deadline",
  deadline: "2026-11-23T12:00:00.000Z",
  last_at: "2026-11-23T11:59:59.995Z",
};

/** An API over a log with a materialization, a change of freshness, and a materialization of another asset. */
async function appWithChange() {
  const log = createMemoryEventLog({ now: () => noon });
  const app = nativeApp({ log });
  await app.post(materializationOf("a/b"));
  const { id } = log.record(freshnessStateChange(["a", "b"], "p", change));
  await app.post(materializationOf("c"));
  return { ...app, id, record: log.record };
}

describe("a change of freshness over HTTP", () => {
  test("is in the list by its type, its asset and its partition, and by its id", async () => {
    const { ask, id } = await appWithChange();
    const event = {
      id,
      type: "FRESHNESS_STATE_CHANGE",
      asset_key: ["a", "b"],
      partition: "p",
      freshness,
      metadata: {},
    };
    for (const query of ["type=FRESHNESS_STATE_CHANGE", "partition=p", "prefix=a&limit=1"]) {
      expect((await ask(`events?${query}`)).body).toMatchObject({ events: [event] });
    }
    expect((await ask(`events/${id}`)).body).toMatchObject(event);
    expect((await ask("events?type=FRESHNESS_CHANGE")).body).toMatchObject({
      error: expect.stringContaining("ASSET_WIPED or FRESHNESS_STATE_CHANGE"),
    });
  });

  test("comes with streams, under its type, and with exports", async () => {
    const { request, exportLines, id, record } = await appWithChange();
    const blocks = readStream(await request("events/stream?after=0&type=FRESHNESS_STATE_CHANGE"));
    expect((await blocks.next()).value).toMatchObject({ event: "position" });
    const { value } = await blocks.next();
    expect(value).toMatchObject({ id, event: "FRESHNESS_STATE_CHANGE" });
    expect(JSON.parse(value?.data ?? "")).toMatchObject({ freshness });
    const next = record(freshnessStateChange(["c"], null, change)).id;
    expect((await blocks.next()).value).toMatchObject({ event: "FRESHNESS_STATE_CHANGE", id: next });
    await blocks.return(undefined);
    const lines = (await exportLines()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      "ASSET_MATERIALIZATION",
      "FRESHNESS_STATE_CHANGE",
      "ASSET_MATERIALIZATION",
      "FRESHNESS_STATE_CHANGE",
    ]);
    expect(JSON.parse((await exportLines("type=FRESHNESS_STATE_CHANGE&limit=1")).trimEnd())).toMatchObject({
      freshness,
    });
  });

  test("is skipped by an import, as traces of wipes are, and counted", async () => {
    const { exportLines } = await appWithChange();
    const target = nativeApp();
    const { status, body } = await target.postLines(await exportLines());
    expect(status).toBe(200);
    expect(body).toMatchObject({ received: 3, recorded: 2, duplicates: 0, failed: 0, skipped: 1 });
    expect(await target.exportLines()).not.toContain("FRESHNESS");
    const alone = linesOf({ type: "FRESHNESS_STATE_CHANGE" });
    expect(await target.postLines(alone)).toMatchObject({ status: 200, body: { received: 1, skipped: 1, failed: 0 } });
  });

  test("can't be reported: a 400 says what can", async () => {
    const { post, log, id } = await appWithChange();
    const event = await log.get(id);
    const exported = parseJson(event === undefined ? "{}" : formatEvent(event));
    const problem =
      "The field type must be ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION. " +
      'Got "FRESHNESS_STATE_CHANGE" which is type str.';
    for (const one of [exported, { type: "FRESHNESS_STATE_CHANGE", asset_key: "a" }]) {
      expect(await post(one)).toMatchObject({ status: 400, body: { error: problem } });
      expect(await post([materializationOf("d"), one])).toMatchObject({
        status: 400,
        body: { errors: [{ index: 1, error: problem }] },
      });
    }
    expect(await log.asset(["d"])).toBeUndefined();
  });

  test("is wiped with its asset, and by nothing else", async () => {
    const { ask, id } = await appWithChange();
    expect((await ask(`events/${id}`, { method: "DELETE" })).status).toBe(404);
    expect((await ask("assets?asset_key=a/b&partition=p", { method: "DELETE" })).status).toBe(404);
    expect((await ask("assets?asset_key=a/b", { method: "DELETE" })).status).toBe(200);
    expect((await ask(`events/${id}`)).status).toBe(404);
  });

  test("renews nothing of its asset", async () => {
    const { ask } = await appWithChange();
    expect((await ask("assets/a/b")).body).toMatchObject({
      latest_materialization: { id: 1 },
      counts: { materializations: 1, observations: 0, check_evaluations: 0, partitions: 0 },
    });
    expect((await ask("partitions?asset_key=a/b")).body).toMatchObject({ partitions: [] });
  });
});
