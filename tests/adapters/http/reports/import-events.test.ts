import { describe, expect, spyOn, test } from "bun:test";
import { type EventLog, EventLogError, type Unit } from "../../../../storage/index.ts";
import { bodyOf, linesOf, materializationOf, memory, nativeApp } from "../native.ts";

const clean = { duplicates: 0, failed: 0, skipped: 0, errors: [] };
const numbered = (count: number) => Array.from({ length: count }, (_, i) => materializationOf(`k${i}`));

/** A log that notes what it is asked to append, and appends it with `append`. */
function spying(append: (log: EventLog, units: readonly Unit[]) => ReturnType<EventLog["append"]>) {
  const log = memory();
  const calls: number[] = [];
  const spied: EventLog = {
    ...log,
    append: (units) => {
      calls.push(units.length);
      return append(log, units);
    },
  };
  return { log: spied, calls };
}

const failsOn = (key: string, error: unknown) =>
  spying((log, units) =>
    units.flat().some(({ event }) => event.assetKey[0] === key) ? Promise.reject(error) : log.append(units),
  ).log;

describe("POST /api/v1/events with lines", () => {
  test("records every line in its order, and counts", async () => {
    const { postLines, log } = nativeApp();
    const { status, body } = await postLines(linesOf(...numbered(1234)));
    expect({ status, body }).toEqual({ status: 200, body: { received: 1234, recorded: 1234, ...clean } });
    const { events } = await log.query({}, { limit: 2000, order: "asc" });
    expect(events.map(({ assetKey }) => assetKey[0])).toEqual(numbered(1234).map(({ asset_key }) => asset_key));
  });

  test("reads lines whose chunks end anywhere: inside a character, inside a line, without a last newline", async () => {
    const text = linesOf(materializationOf("a", { description: "é€😀" }), materializationOf("b")).trimEnd();
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 7, 50]) {
      const { postLines, log } = nativeApp();
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      expect(await postLines(bodyOf(...pieces))).toMatchObject({ body: { received: 2, recorded: 2, ...clean } });
      expect(await log.get(1)).toMatchObject({ description: "é€😀" });
    }
  });

  test("skips blank lines, and still says the right number", async () => {
    const { postLines } = nativeApp();
    const body = `\n\n${linesOf(materializationOf("a"))}  \r\n${linesOf(materializationOf("b"))}{}\n\n`;
    expect(await postLines(body)).toMatchObject({
      status: 200,
      body: { received: 3, recorded: 2, failed: 1, errors: [{ line: 6 }] },
    });
  });

  test("takes lines for themselves: what is wrong with one fails it alone", async () => {
    const { postLines, log } = nativeApp();
    const bad = new Uint8Array([0x22, 0xff, 0x22, 0x0a]);
    const kept = materializationOf("a", { idempotency_key: "k" });
    const lines = bodyOf(
      linesOf(kept, { ...kept, partition: "other" }, kept, { type: "x" }),
      "not json\n",
      bad,
      linesOf(materializationOf("b", { description: "x".repeat(100_000) }), materializationOf("c")),
    );
    const { status, body } = await postLines(lines);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        received: 8,
        recorded: 2,
        duplicates: 1,
        failed: 5,
        skipped: 0,
        errors: [
          { line: 2, error: expect.stringContaining('The idempotency key "k" was sent before, recorded as event 1,') },
          { line: 4, error: expect.stringContaining("The field type must be") },
          { line: 5, error: "The line is not JSON: Expecting value: column 1 (char 0)." },
          { line: 6, error: "The line is not UTF-8. Send JSON encoded in UTF-8." },
          { line: 7, error: expect.stringContaining("bytes, and the limit is 100000.") },
        ],
      },
    });
    expect(await log.get(3)).toBeUndefined();
  });

  test("lists the first 100 errors, and counts all", async () => {
    const { postLines } = nativeApp();
    const { status, body } = await postLines("{}\n".repeat(1500));
    const errors = Array.from({ length: 100 }, (_, i) => ({ line: i + 1, error: expect.any(String) }));
    const error = expect.stringMatching(
      /^Nothing was recorded: each line failed, 1500 in all\. Line 1: The field type /,
    );
    const counts = { received: 1500, recorded: 0, duplicates: 0, failed: 1500, skipped: 0, errors };
    expect({ status, body }).toEqual({ status: 400, body: { error, ...counts } });
  });

  test("answers 200 to nothing, to duplicates alone, and where one line was good", async () => {
    const { postLines } = nativeApp();
    const line = linesOf(materializationOf("a", { idempotency_key: "k" }));
    for (const body of ["", "\n \n", line, line, `${line}{}`]) expect((await postLines(body)).status).toBe(200);
    expect((await postLines("{}\n\n")).status).toBe(400);
  });

  test("counts two million wrong lines, and looks into no more than the hundred that it lists", async () => {
    const parsed = spyOn(JSON, "parse");
    const { body } = await nativeApp().postLines("x\n".repeat(2_000_000));
    const looks = parsed.mock.calls.length;
    parsed.mockRestore();
    expect(body).toMatchObject({ received: 2_000_000, recorded: 0, failed: 2_000_000 });
    expect(looks).toBeLessThan(200); // the answer is parsed too
  });

  test("decodes lines that are not UTF-8 many at a time", async () => {
    const bytes = new Uint8Array(1_000_000).map((_, i) => (i % 2 === 0 ? 0xff : 0x0a));
    const decoded = spyOn(TextDecoder.prototype, "decode");
    const { body } = await nativeApp().postLines(bytes);
    const calls = decoded.mock.calls.length;
    decoded.mockRestore();
    expect(body).toMatchObject({ received: 500_000, failed: 500_000, errors: { length: 100 } });
    expect(calls).toBeLessThan(100);
  });

  test("records what stands among wrong lines, however many those are", async () => {
    const { postLines, log } = nativeApp();
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      i % 1000 === 999 ? linesOf(materializationOf("a")) : "{}\n",
    );
    const { body } = await postLines(lines.join(""));
    expect(body).toMatchObject({ received: 20_000, recorded: 20, failed: 19_980, skipped: 0 });
    expect((await log.query({}, { limit: 99, order: "asc" })).events).toHaveLength(20);
  });

  test("fails a line that the log can't keep, and no other", async () => {
    const { log } = spying(async (log, units) => {
      const results = await log.append(units.filter(([report]) => report?.event.assetKey[0] !== "k3"));
      return [...results.slice(0, 3), { status: "failed", message: "it is too big." }, ...results.slice(3)];
    });
    expect(await nativeApp({ log }).postLines(linesOf(...numbered(5)))).toMatchObject({
      status: 200,
      body: { recorded: 4, failed: 1, errors: [{ line: 4, error: "The event can't be stored: it is too big." }] },
    });
  });

  test("counts a line with partitions once, and its events each", async () => {
    const { postLines } = nativeApp();
    const line = materializationOf("a", { partitions: ["x", "y"], idempotency_key: "k" });
    expect(await postLines(linesOf(line))).toMatchObject({ body: { received: 1, recorded: 2, duplicates: 0 } });
    expect(await postLines(linesOf(line))).toMatchObject({ body: { received: 1, recorded: 0, duplicates: 2 } });
  });

  test("records lines as they arrive", async () => {
    const { postLines, log } = nativeApp();
    let send = (_: string) => {};
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (text) => controller.enqueue(new TextEncoder().encode(text));
        end = () => controller.close();
      },
    });
    const answer = postLines(body);
    for (const key of ["a", "b"]) {
      const recorded = new Promise<void>((resolve) => {
        log.watch(resolve);
      });
      send(linesOf(materializationOf(key)));
      await recorded;
    }
    expect((await log.query({}, { limit: 9, order: "asc" })).events).toHaveLength(2);
    end();
    expect(await answer).toMatchObject({ body: { received: 2, recorded: 2 } });
  });

  test("reads the body no faster than the log takes it", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { log, calls } = spying(async (log, units) => {
      await gate;
      return log.append(units);
    });
    let sent = 0;
    let quiet = 0;
    const line = new TextEncoder().encode(linesOf(materializationOf("a")).repeat(100));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 100) return controller.close();
        sent++;
        quiet = 0;
        controller.enqueue(line);
      },
    });
    const answer = nativeApp({ log }).postLines(body);
    // Until nothing was asked for during many turns of the event loop.
    while (quiet < 50) {
      quiet++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(sent).toBeLessThan(30);
    expect(Math.max(...calls)).toBeLessThanOrEqual(500);
    open();
    expect(await answer).toMatchObject({ body: { received: 10_000, recorded: 10_000 } });
  });

  test("lets a single report in between", async () => {
    const { postLines, post, log } = nativeApp();
    const body = bodyOf(...Array.from({ length: 40 }, () => linesOf(...numbered(500))));
    const lines = postLines(body);
    await post(materializationOf("single"));
    expect((await log.query({ assetKey: ["single"] }, { limit: 1, order: "asc" })).events[0]?.id).toBeLessThan(20_000);
    await lines;
  });

  test("answers 503 with the counts and the last durable line when the log fails midway", async () => {
    const log = failsOn("k600", new EventLogError("unavailable", "The disk is full."));
    const pieces = Array.from({ length: 10 }, (_, i) => linesOf(...numbered(1000).slice(i * 100, (i + 1) * 100)));
    const { status, headers, body } = await nativeApp({ log }).postLines(bodyOf(...pieces));
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(body).toMatchObject({
      error: expect.stringMatching(/^The disk is full\. Every line up to 600 has been dealt with; send those after it/),
      failed: 0,
      last_durable_line: 600,
    });
    const durable = await log.query({}, { limit: 1000, order: "asc" });
    expect(durable.events.slice(0, 600).map(({ assetKey }) => assetKey[0])).toEqual(
      numbered(600).map(({ asset_key }) => asset_key),
    );
    expect(body).toMatchObject({ recorded: durable.events.length });
  });

  test("answers 500 where the failure is a mistake of ours", async () => {
    const { error } = console;
    console.error = () => {};
    const log = failsOn("k0", new Error("secret"));
    const answer = await nativeApp({ log }).postLines(linesOf(...numbered(1)));
    console.error = error;
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain("secret");
  });

  test("answers 200 only where the body was read to its end", async () => {
    const { postLines, log } = nativeApp();
    let first = true;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (!first) return controller.error(new Error("gone"));
        first = false;
        controller.enqueue(new TextEncoder().encode(`${linesOf(...numbered(3))}{"type":"ASSET_`));
      },
    });
    expect(await postLines(body)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("The body broke off."), recorded: 3, last_durable_line: 3 },
    });
    expect(await log.get(4)).toBeUndefined();
  });

  test("ends a body that never ends when the server shuts down, and says how far it came", async () => {
    const closing = new AbortController();
    const { postLines, log } = nativeApp({ closing: closing.signal });
    const unwatch = log.watch(() => closing.abort());
    let aborted = false;
    const line = new TextEncoder().encode(linesOf(materializationOf("a")));
    const answer = postLines(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (aborted) return controller.close();
          aborted = closing.signal.aborted;
          controller.enqueue(line);
        },
      }),
    );
    const { status, body } = await answer;
    unwatch();
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: expect.stringContaining("The server is shutting down. Every line up to") });
  });
});
