import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isReported } from "../../../../core/events/events.ts";
import { formatEvent, type RecordedEvent } from "../../../../core/index.ts";
import { createMemoryEventLog } from "../../../../storage/index.ts";
import { recordedEvent } from "../../../core/arbitraries.ts";
import { materializationOf, type NativeApp, nativeApp, noon } from "../native.ts";

/** What a log holds, without what belongs to the log itself. */
async function contentOf({ log }: NativeApp): Promise<readonly string[]> {
  const { events } = await log.query({}, { limit: 100_000, order: "asc" });
  const plain = (event: RecordedEvent) => formatEvent({ ...event, id: 0, receivedAt: 0 });
  return events.filter(({ type }) => type !== "ASSET_WIPED").map(plain);
}

describe("an export that is imported", () => {
  test("is the log it came from, and a second import repeats nothing", async () => {
    const events = fc.sample(recordedEvent, { numRuns: 200, seed: 7 });
    const units = events
      .filter(isReported)
      .map(({ id, receivedAt, ...event }, i) => [{ event, idempotencyKey: i % 3 === 0 ? `k${i}` : undefined }]);
    // Years from now, because random timestamps are.
    const now = () => 8.64e15;
    const log = createMemoryEventLog({ now: () => noon });
    await log.append(units);
    const source = nativeApp({ log, now });
    const target = nativeApp({ now });
    const lines = await source.exportLines();
    const count = lines.trimEnd().split("\n").length;
    expect(count).toBeGreaterThan(50);

    expect(await target.postLines(lines)).toMatchObject({ body: { received: count, recorded: count, failed: 0 } });
    expect(await contentOf(target)).toEqual(await contentOf(source));
    expect(await target.postLines(lines)).toMatchObject({ body: { recorded: 0, duplicates: count, failed: 0 } });
    expect(await target.postLines(await target.exportLines())).toMatchObject({ body: { duplicates: count } });
  });

  test("is taken whole where the clock of its log was a year ahead for a while, and repeats nothing", async () => {
    let clock = noon + 365 * 24 * 3_600_000;
    const source = nativeApp({ log: createMemoryEventLog({ now: () => clock }), now: () => clock });
    await source.post([materializationOf("a"), materializationOf("a", { idempotency_key: "k" })]);
    await source.post(materializationOf("a", { timestamp: "2027-11-24T00:00:00Z" }));
    clock = noon;
    await source.post([materializationOf("a"), materializationOf("b", { timestamp: "2026-11-23T00:00:00Z" })]);
    const lines = await source.exportLines();
    const target = nativeApp();
    expect(await target.postLines(lines)).toMatchObject({ body: { recorded: 5, failed: 0 } });
    expect(await contentOf(target)).toEqual(await contentOf(source));
    expect(await target.postLines(lines)).toMatchObject({ body: { recorded: 0, duplicates: 5, failed: 0 } });
    expect(await source.postLines(lines)).toMatchObject({ body: { recorded: 0, duplicates: 5, failed: 0 } });
  });

  test("repeats nothing in the log itself, whether or not its events had keys and timestamps", async () => {
    const { post, postLines, exportLines, log } = nativeApp();
    await post([
      materializationOf("a"),
      materializationOf("a", { idempotency_key: "k" }),
      materializationOf("a", { timestamp: 1 }),
      materializationOf("a", { timestamp: 1, idempotency_key: "l" }),
    ]);
    expect(await postLines(await exportLines())).toMatchObject({ body: { recorded: 0, duplicates: 4, failed: 0 } });
    expect(await log.get(5)).toBeUndefined();
  });

  test("from two logs neither repeats nor drops", async () => {
    const sources = [nativeApp(), nativeApp()];
    for (const { post } of sources) await post([materializationOf("same"), materializationOf("same")]);
    const target = nativeApp();
    const exports = await Promise.all(sources.map(({ exportLines }) => exportLines()));
    for (const lines of [...exports, ...exports]) await target.postLines(lines);
    expect(await contentOf(target)).toHaveLength(4);
    // Nor by way of a third log.
    const last = nativeApp();
    for (const lines of [await target.exportLines(), ...exports]) await last.postLines(lines);
    expect(await contentOf(last)).toHaveLength(4);
  });

  test("skips the traces of wipes, and says how many", async () => {
    const { post, ask, exportLines } = nativeApp();
    await post([materializationOf("a"), materializationOf("b")]);
    await ask("assets?asset_key=a", { method: "DELETE" });
    const lines = await exportLines();
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).type),
    ).toEqual(["ASSET_MATERIALIZATION", "ASSET_WIPED"]);
    const target = nativeApp();
    expect((await target.postLines(lines)).body).toMatchObject({ received: 2, recorded: 1, failed: 0, skipped: 1 });
  });

  test("from two logs that gave one key to two events drops neither, in either order, however often", async () => {
    const day = (rows: number) => materializationOf("a", { idempotency_key: "2026-11-23", metadata: { rows } });
    const [one, two] = [nativeApp(), nativeApp()];
    await one.post(day(1));
    await two.post(day(2));
    const exports = await Promise.all([one.exportLines(), two.exportLines()]);
    for (const order of [exports, exports.toReversed(), [exports.join("")]]) {
      const target = nativeApp();
      for (const lines of [...order, ...order]) expect(await target.postLines(lines)).toMatchObject(noneFailed);
      expect(await contentOf(target)).toHaveLength(2);
    }
  });

  test("neither repeats nor drops, by whatever way events come through however many logs", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryReports, arbitraryTrips, async (reports, trips) => {
        const logs = Array.from({ length: 4 }, () => ({ app: nativeApp(), reported: new Set<string>() }));
        const logOf = (number: number) => logs[number] ?? fail();
        for (const [i, { log, ...fields }] of reports.entries()) {
          const { app, reported } = logOf(log);
          const { status } = await app.post(materializationOf("a", { ...fields, description: String(i) }));
          if (status === 200) reported.add(String(i)); // 422: its own log had given that key away
        }
        for (const { from, to, order } of trips) {
          const [source, target] = [logOf(from), logOf(to)];
          expect(await target.app.postLines(await source.app.exportLines(`order=${order}`))).toMatchObject(noneFailed);
          for (const name of source.reported) target.reported.add(name);
        }
        for (const { app, reported } of logs) {
          const { events } = await app.log.query({}, { limit: 1000, order: "asc" });
          expect(events.map(({ description }) => description ?? "").toSorted()).toEqual([...reported].toSorted());
        }
      }),
      { numRuns: 200 },
    );
  });

  test("leaves the sender's key in force: its retry at the new log is a duplicate", async () => {
    const [source, target] = [nativeApp(), nativeApp()];
    const event = materializationOf("a", { idempotency_key: "k", timestamp: "2026-11-23T03:00:00Z" });
    await source.post(event);
    await target.postLines(await source.exportLines());
    expect(await target.post(event)).toMatchObject({ status: 200, body: { id: 1, duplicate: true } });
  });

  test("with a key so long that none fits beside it fails where the key is taken, and says so", async () => {
    const key = "k".repeat(1024);
    const [source, target] = [nativeApp(), nativeApp()];
    await source.post(materializationOf("a", { idempotency_key: key }));
    await target.post(materializationOf("a", { idempotency_key: key, partition: "p" }));
    expect(await target.postLines(await source.exportLines())).toMatchObject({
      body: {
        failed: 1,
        errors: [{ line: 1, error: expect.stringContaining("was sent before, recorded as event 1") }],
      },
    });
  });
});

const noneFailed = { status: 200, body: { failed: 0 } };

function fail(): never {
  throw new Error("there is no such log");
}

const arbitraryReports = fc.array(
  fc.record({
    log: fc.nat(3),
    idempotency_key: fc.constantFrom(null, "j", "k"),
    timestamp: fc.constantFrom(null, 1, 2),
  }),
  { maxLength: 8 },
);

const arbitraryTrips = fc.array(fc.record({ from: fc.nat(3), to: fc.nat(3), order: fc.constantFrom("asc", "desc") }), {
  maxLength: 12,
});
