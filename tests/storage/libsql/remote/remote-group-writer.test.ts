import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Client, createClient } from "@libsql/client/http";
import { materialization } from "../../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../../storage/index.ts";
import { duplicate, keyed, readIds, recorded } from "../../../../storage/testing/event-log/harness.ts";
import { groupText, isAbout, once } from "../../../remote/once.ts";
import type { Interference, StandIn } from "../../../remote/stand-in.ts";
import { newStandIn } from "../../../remote/test-database.ts";

let standIn: StandIn;
let log: EventLog;
let client: Client;
beforeEach(async () => {
  standIn = await newStandIn();
  log = await openEventLog({ url: standIn.url });
  client = createClient({ url: standIn.url });
});
afterEach(async () => {
  await log.close();
  client.close();
  await standIn.close();
});

const event = materialization("a");
const units = (count: number) =>
  Array.from({ length: count }, (_, i) => [{ event: materialization(["bulk", String(i)]) }]);
const countOf = async (table: string) =>
  Number((await client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);

/** How many requests of the work write something. */
async function writesOf(work: () => Promise<unknown>): Promise<number> {
  let writes = 0;
  standIn.interfere = (request) => {
    if (isAbout(request, "INSERT")) writes++;
    return undefined;
  };
  await work();
  return writes;
}

describe("a group on its way to a remote database", () => {
  test("is one request, however many reports and assets are in it", async () => {
    expect(await writesOf(() => log.append(units(500)))).toBe(1);
    expect(await countOf("event")).toBe(500);
  });

  test("is one request with new idempotency keys too, and where all of them were used before", async () => {
    const repeated = ["a", "b", "c"].map((key) => [keyed(event, key)]);
    expect(await writesOf(() => log.append(repeated))).toBe(1);
    expect(await writesOf(() => log.append(repeated))).toBe(1);
    expect(await log.append(repeated)).toEqual([duplicate(1), duplicate(2), duplicate(3)]);
  });

  test("is two requests where some keys were used before, and records what is new", async () => {
    await log.append([[keyed(event, "old")]]);
    const mixed = [
      [keyed(event, "new")],
      [keyed(event, "old")],
      [keyed(materialization("a", { partition: "p" }), "old")],
    ];
    let results: unknown;
    expect(
      await writesOf(async () => {
        results = await log.append(mixed);
      }),
    ).toBe(2);
    expect(results).toEqual([recorded(2), duplicate(1), { status: "conflict", index: 0, id: 1 }]);
  });

  test.each<Interference>(["drop before", "drop after", "bad gateway"])(
    "is recorded once, and answered, after %p",
    async (interference) => {
      const done = once(standIn, groupText, interference);
      expect(await log.append([[{ event }], [{ event }]])).toEqual([recorded(1), recorded(2)]);
      await done;
      const doneAgain = once(standIn, groupText, interference);
      expect(await log.append([[keyed(event)], [{ event }]])).toEqual([recorded(3), recorded(4)]);
      await doneAgain;
      expect(await readIds(log)).toEqual([1, 2, 3, 4]);
      expect((await log.asset(["a"]))?.counts.materializations).toBe(4);
    },
  );

  test.each<Interference>(["drop before", "drop after"])(
    "is planned by the keys that were used before, and recorded once, after %p of each plan",
    async (interference) => {
      await log.append([[keyed(event, "old")]]);
      const firstPlan = once(standIn, groupText, interference);
      const results = log.append([[keyed(event, "new")], [keyed(event, "old")]]);
      await firstPlan;
      await once(standIn, "[[1,1,", interference); // that the second key stands for event 1
      expect(await results).toEqual([recorded(2), duplicate(1)]);
      expect(await readIds(log)).toEqual([1, 2]);
    },
  );

  test("waits for the one before it where it overtakes that", async () => {
    const overtaken = Promise.withResolvers<void>();
    let requests = 0;
    const held = once(standIn, groupText, async () => {
      standIn.interfere = (request) => {
        // The stand-in has turned it away before the next turn of the event loop.
        if (isAbout(request, groupText) && ++requests === 1) setImmediate(overtaken.resolve);
        return undefined;
      };
      await overtaken.promise;
    });
    const first = log.append([[{ event }]]);
    await held;
    const second = log.append([[{ event }]]);
    expect(await Promise.all([first, second])).toEqual([[recorded(1)], [recorded(2)]]);
    expect(requests).toBe(2);
  });

  test("is committed after the one before it, in the order of the calls, while that is tried again", async () => {
    const done = once(standIn, groupText, "drop before");
    const first = log.append([[keyed(event)]]);
    await done;
    const rest = Array.from({ length: 20 }, () => log.append([[keyed(event)], [{ event }]]));
    const answers = (await Promise.all([first, ...rest])).flat();
    expect(answers[0]).toEqual(recorded(1));
    expect(answers.slice(1)).toEqual(rest.flatMap((_, i) => [duplicate(1), recorded(i + 2)]));
  });

  test("is committed once although another writer has the same keys on the way", async () => {
    const other = await openEventLog({ url: standIn.url });
    const keys = Array.from({ length: 30 }, (_, i) => [keyed(event, String(i))]);
    const answers = await Promise.all([log.append(keys), other.append(keys.toReversed())]);
    const ids = answers.map((results) => results.map((result) => (result.status === "recorded" ? result.events : [])));
    expect(ids[1]?.toReversed().flatMap((events) => events.map(({ id }) => id))).toEqual(
      ids[0]?.flatMap((events) => events.map(({ id }) => id)) ?? [],
    );
    expect(ids.flat(2).filter((event) => event?.duplicate)).toHaveLength(30);
    expect(await readIds(log)).toHaveLength(30);
    await other.close();
  });
});

describe("a unit that the database refuses", () => {
  beforeEach(() =>
    client.execute(`CREATE TRIGGER refuse BEFORE INSERT ON asset WHEN new.key = 'refused'
      BEGIN SELECT raise(ABORT, 'refused by the test'); END`),
  );

  test("fails alone, whatever else is in its group", async () => {
    const results = await log.append([...units(5), [{ event }, { event: materialization("refused") }], ...units(4)]);
    const failed = { status: "failed" as const, message: expect.stringContaining("refused by the test") };
    expect(results).toEqual([
      ...[1, 2, 3, 4, 5].map((id) => recorded(id)),
      failed,
      ...[6, 7, 8, 9].map((id) => recorded(id)),
    ]);
    expect(await countOf("event")).toBe(9);
  });

  test("leaves its idempotency keys free, and those of its twins", async () => {
    const refused = keyed(materialization("refused"), "r");
    const results = await log.append([[keyed(event), refused], [keyed(event)], [keyed(event)]]);
    expect(results).toMatchObject([{ status: "failed" }, recorded(1), duplicate(1)]);
  });

  test("is one that is larger than what the database takes, too", async () => {
    const large = (length: number) => [{ event: materialization("large", { description: "x".repeat(length) }) }];
    const results = await log.append([large(10), large(6_000_000), large(4_500_000), large(4_500_000), large(20)]);
    const failed = { status: "failed" as const, message: expect.stringContaining("too big") };
    expect(results).toEqual([recorded(1), failed, recorded(2), recorded(3), recorded(4)]);
    expect((await log.get(3))?.description).toHaveLength(4_500_000);
  });
});

test("an array of thousands of events is one transaction in one request", async () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({
    event: materialization(["bulk", String(i % 7)], { partition: String(i) }),
  }));
  expect(await writesOf(() => log.append([many]))).toBe(1);
  const { rows } = await client.execute("SELECT partition FROM event ORDER BY id");
  expect(rows.map(({ partition }) => partition)).toEqual(many.map(({ event }) => event.partition));
});

test("what was noted of commits is forgotten after an hour of the database's clock, whatever a server's says", async () => {
  const noted = async () => (await client.execute("SELECT id FROM group_commit")).rows.map(({ id }) => String(id));
  const insert = "INSERT INTO group_commit (id, plan, last_id, received_at, noted_at) VALUES";
  // Ids begin with the time of whoever gave them. One server's clock is years behind, another's years ahead.
  const old = `${insert} ('zzz', 0, 0, 0, strftime('%s', 'now') - 3700), ('000', 0, 0, 0, strftime('%s', 'now') - 3700)`;
  const fresh = `${insert} ('zzy', 0, 0, 0, strftime('%s', 'now') - 3500), ('001', 0, 0, 0, strftime('%s', 'now') - 3500)`;
  await client.batch([old, fresh], "write");
  await log.append([[{ event }]]);
  const [first, ...rest] = (await noted()).toSorted();
  expect([first, rest.at(-1), rest.length]).toEqual(["001", "zzy", 2]);
});
