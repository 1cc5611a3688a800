import { describe, expect, test } from "bun:test";
import { defaultLimits } from "../../../../adapters/config/limits.ts";
import { EventLogError } from "../../../../storage/index.ts";
import { config, linesOf, materializationOf, memory, nativeApp, noon } from "../native.ts";

const conflict = 'The idempotency key "k" was sent before, recorded as event 1, with other content. Send a new key';

describe("POST /api/v1/events", () => {
  test("answers one event with its id, once it is recorded", async () => {
    const { post, log } = nativeApp();
    expect(await post(materializationOf("s3/orders", { tags: { team: "x" }, description: "d" }))).toMatchObject({
      status: 200,
      body: { id: 1, duplicate: false },
    });
    expect(await log.get(1)).toMatchObject({ assetKey: ["s3", "orders"], tags: { team: "x" }, description: "d" });
  });

  test("answers a repetition as the first time, and says that it is one", async () => {
    const { post, log } = nativeApp();
    const event = materializationOf("a", { idempotency_key: "k" });
    await post(event);
    expect(await post(event)).toMatchObject({ status: 200, body: { id: 1, duplicate: true } });
    expect(await log.get(2)).toBeUndefined();
  });

  test("takes Idempotency-Key for the field of one event", async () => {
    const { post } = nativeApp();
    await post(materializationOf("a"), { "idempotency-key": "k" });
    expect(await post(materializationOf("a", { idempotency_key: "k" }))).toMatchObject({ body: { duplicate: true } });
    expect(await post(materializationOf("a", { idempotency_key: "l" }), { "idempotency-key": "k" })).toMatchObject({
      status: 400,
      body: { error: "Idempotency-Key and the field idempotency_key differ. Leave one of them out." },
    });
  });

  test("answers 422 to a key with other content", async () => {
    const { post } = nativeApp();
    await post(materializationOf("a", { idempotency_key: "k" }));
    expect(await post(materializationOf("a", { idempotency_key: "k", partition: "p" }))).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining(conflict) },
    });
  });

  test("lets two assets, and two types, share a key", async () => {
    const { post } = nativeApp();
    const key = { idempotency_key: "2026-11-23" };
    await post(materializationOf("a", key));
    expect(await post(materializationOf("b", key))).toMatchObject({ body: { id: 2, duplicate: false } });
    expect(await post({ ...materializationOf("a", key), type: "ASSET_OBSERVATION" })).toMatchObject({
      body: { id: 3, duplicate: false },
    });
  });

  test("records one event for each of partitions, and the key covers each of them", async () => {
    const { post } = nativeApp();
    const backfill = (...partitions: string[]) => post(materializationOf("a", { partitions, idempotency_key: "k" }));
    expect(await backfill("x", "y")).toMatchObject({ body: { recorded: 2, duplicates: 0, ids: [1, 2] } });
    expect(await backfill("y", "z")).toMatchObject({ body: { recorded: 1, duplicates: 1, ids: [2, 3] } });
  });

  test("records an array as one unit and answers the ids in its order", async () => {
    const { post } = nativeApp();
    await post(materializationOf("a", { idempotency_key: "k" }));
    const array = [
      materializationOf("b"),
      materializationOf("a", { idempotency_key: "k" }),
      materializationOf("c", { partitions: ["x", "y"] }),
    ];
    expect(await post(array)).toMatchObject({ status: 200, body: { recorded: 3, duplicates: 1, ids: [2, 1, 3, 4] } });
    expect(await post([])).toMatchObject({ status: 200, body: { recorded: 0, duplicates: 0, ids: [] } });
  });

  test("records nothing of an array with a wrong event, and says each by its index", async () => {
    const { post, log } = nativeApp();
    const { status, body } = await post([materializationOf("a"), { type: "x" }, 5, materializationOf("b")]);
    expect(status).toBe(400);
    expect(body).toEqual({
      error: expect.stringMatching(
        /^Nothing was recorded: 2 of 4 events are wrong\. The one at index 1: The field type/,
      ),
      errors: [
        { index: 1, error: expect.stringContaining("The field type must be") },
        { index: 2, error: "An event is a JSON object. Got 5 which is type int." },
      ],
    });
    expect(await log.get(1)).toBeUndefined();
  });

  test("records nothing of an array with a conflict, and names its index", async () => {
    const { post, log } = nativeApp();
    await post(materializationOf("a", { idempotency_key: "k" }));
    const wrong = materializationOf("a", { idempotency_key: "k", description: "other" });
    const answer = await post([materializationOf("b", { partitions: ["x", "y"] }), wrong]);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        error: expect.stringContaining(`Nothing was recorded. The event at index 1: ${conflict}`),
        errors: [{ index: 1, error: expect.stringContaining(conflict) }],
      },
    });
    expect(await log.get(2)).toBeUndefined();
  });

  test("lists at most 100 errors of an array", async () => {
    const { post } = nativeApp();
    const { body } = await post(Array.from({ length: 150 }, () => 1));
    expect(body).toMatchObject({ error: expect.stringContaining("150 of 150"), errors: { length: 100 } });
  });

  test("refuses the header on an array and on lines", async () => {
    const { post } = nativeApp();
    for (const [body, type] of [
      [[materializationOf("a")], "application/json"],
      [linesOf(materializationOf("a")), "application/x-ndjson"],
    ] as const) {
      const answer = await post(body, { "idempotency-key": "k", "content-type": type });
      expect(answer).toMatchObject({
        status: 400,
        body: {
          error: expect.stringMatching(/^Idempotency-Key is for one event; give each .* its own idempotency_key/),
        },
      });
    }
  });

  test("reads a body without a content type as JSON", async () => {
    const { request, log } = nativeApp();
    const body = new TextEncoder().encode(JSON.stringify(materializationOf("a")));
    const answer = await request("events", { method: "POST", body });
    expect(answer.status).toBe(200);
    expect(await log.get(1)).toMatchObject({ assetKey: ["a"] });
  });

  test.each([
    ["text/plain", 415, 'lines as application/x-ndjson. Got "text/plain".'],
    ["", 415, 'Got "".'],
  ])("refuses the content type %p", async (type, status, error) => {
    const { post, log } = nativeApp();
    const answer = await post("{}", { "content-type": type });
    expect(answer).toMatchObject({ status, body: { error: expect.stringContaining(error) } });
    expect(await log.get(1)).toBeUndefined();
  });

  test("knows its content type in any case and with parameters", async () => {
    const { post } = nativeApp();
    expect(await post(materializationOf("a"), { "content-type": "Application/JSON; charset=utf-8" })).toMatchObject({
      status: 200,
    });
  });

  test.each([
    ["", "The body must be an event or an array of events, as JSON: Expecting value: line 1 column 1 (char 0)."],
    ["{", "The body must be an event or an array of events, as JSON: Expecting property name"],
    ["5", "An event is a JSON object. Got 5 which is type int."],
    [`[${"[".repeat(600)}`, "The body must be an event or an array of events, as JSON: Nested deeper"],
  ])("refuses the body %p with a sentence", async (body, error) => {
    const { post } = nativeApp();
    expect(await post(body)).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
  });

  test("refuses more events than one transaction should take", async () => {
    const { post } = nativeApp({ config: { limits: { ...defaultLimits, bodyBytes: 1e7 } } });
    const partitions = Array.from({ length: 10_001 }, (_, i) => String(i));
    expect(await post(materializationOf("a", { partitions }))).toMatchObject({
      status: 413,
      body: {
        error: expect.stringContaining(
          "What is to be recorded as one has 10001 events, and the limit is 10000. Send less, or raise --max-batch-events.",
        ),
      },
    });
  });

  test("refuses a body past the limit", async () => {
    const { post, log } = nativeApp();
    expect(await post(materializationOf("a", { description: "x".repeat(config.limits.bodyBytes) }))).toMatchObject({
      status: 413,
      body: { error: expect.stringContaining("The body is larger than 100000 bytes.") },
    });
    expect(await log.get(1)).toBeUndefined();
  });

  test("refuses what is more than 24 hours ahead of the clock, and takes what is not", async () => {
    const { post } = nativeApp();
    const ahead = (ms: number) => materializationOf("a", { timestamp: new Date(noon + 86_400_000 + ms).toISOString() });
    expect((await post(ahead(0))).status).toBe(200);
    expect(await post([ahead(0), ahead(1)])).toMatchObject({
      status: 400,
      body: { errors: [{ index: 1, error: expect.stringContaining("at most 24 hours ahead of the clock") }] },
    });
  });

  test("takes no parameter in the query", async () => {
    const { ask } = nativeApp();
    expect(await ask("events?type=x", { method: "POST" })).toMatchObject({
      status: 400,
      body: { error: 'There is no parameter "type". There are none here.' },
    });
  });

  test.each(["unavailable", "unknown_outcome", "closed"] as const)(
    "answers 503 with Retry-After to %s",
    async (code) => {
      const append = () => Promise.reject(new EventLogError(code, "What happened."));
      const { post } = nativeApp({ log: { ...memory(), append } });
      const { status, headers, body } = await post([materializationOf("a")]);
      expect([status, headers.get("retry-after"), body]).toEqual([503, "1", { error: "What happened." }]);
    },
  );
});
