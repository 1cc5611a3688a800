import { expect, test } from "bun:test";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/libsql";
import { materialization, observation } from "../../../../../core/index.ts";
import { openEventLog } from "../../../../../storage/index.ts";
import { eventsPerPage, readPage } from "../../../../../storage/libsql/read/events/read-page.ts";
import { temporaryFolder } from "../../../../server.ts";
import { writtenDatabase } from "../../written-database.ts";

const noise = Array.from({ length: eventsPerPage }, (_, i) => materialization(["noise", String(i % 3)]));
const { client, database } = await writtenDatabase([observation("rare"), ...noise, observation("rare"), ...noise]);

test("a page gives up after a bounded number of events, and goes on where it stopped", async () => {
  const filter = { type: "ASSET_OBSERVATION" } as const;
  for (const [order, ids] of [
    ["asc", [1, eventsPerPage + 2]],
    ["desc", [eventsPerPage + 2, 1]],
  ] as const) {
    const found: number[] = [];
    let pages = 0;
    for (let from: number | undefined, hasMore = true; hasMore; pages++) {
      const page = await readPage(database, filter, { order, limit: 10 }, from);
      found.push(...page.rows.map(({ id }) => id));
      from = page.last;
      hasMore = page.hasMore;
    }
    expect(found).toEqual([...ids]);
    expect(pages).toBe(3);
  }
});

test("events of few assets below a prefix are found at once, whatever lies between them", async () => {
  const rare = ["x", "y", "z"].map((name) => materialization(["far", name]));
  const { client, database } = await writtenDatabase([...rare, ...noise, ...noise, ...noise, ...rare]);
  for (const order of ["asc", "desc"] as const) {
    const ids = [1, 2, 3, 15_004, 15_005, 15_006];
    if (order === "desc") ids.reverse();
    const page = await readPage(database, { prefix: ["far"] }, { order, limit: 10 }, undefined);
    expect([page.rows.map(({ id }) => id), page.hasMore]).toEqual([ids, false]);
    const first = await readPage(database, { prefix: ["far"] }, { order, limit: 4 }, undefined);
    expect([first.rows.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 4), true]);
    const rest = await readPage(database, { prefix: ["far"] }, { order, limit: 4 }, first.last);
    expect([rest.rows.map(({ id }) => id), rest.hasMore]).toEqual([ids.slice(4), false]);
  }
  client.close();
});

test("a page below a prefix without assets is empty at once, though a wiped asset there leaves its trace", async () => {
  for (const order of ["asc", "desc"] as const) {
    const page = await readPage(database, { prefix: ["none"] }, { order, limit: 10 }, undefined);
    expect(page).toMatchObject({ rows: [], hasMore: false });
    // What is reported below it later is found from there on.
    if (order === "asc") expect(page.last).toBe(2 * eventsPerPage + 2);
  }
  const log = await openEventLog({ url: `file:${join(temporaryFolder(), "runless.db")}` });
  try {
    await log.append([[{ event: materialization(["gone", "a"]) }]]);
    await log.wipe({ assetKey: ["gone", "a"] }, null);
    for (let at = 0; at < 2; at++) await log.append([noise.map((event) => ({ event }))]);
    const { events, hasMore } = await log.query({ prefix: ["gone"] }, { order: "desc", limit: 10 });
    expect([events.map(({ type }) => type), hasMore]).toEqual([["ASSET_WIPED"], false]);
  } finally {
    await log.close();
  }
});

test("a page of few assets that have many events ends where one of them has had its share", async () => {
  const many = Array.from({ length: 3 * eventsPerPage }, (_, i) => materialization(["far", i % 3 === 0 ? "x" : "y"]));
  const { client, database } = await writtenDatabase([observation(["far", "x"]), ...many, observation(["far", "y"])]);
  for (const order of ["asc", "desc"] as const) {
    const found: number[] = [];
    let pages = 0;
    for (let from: number | undefined, hasMore = true; hasMore; pages++) {
      const filter = { prefix: ["far"], type: "ASSET_OBSERVATION" } as const;
      const page = await readPage(database, filter, { order, limit: 10 }, from);
      found.push(...page.rows.map(({ id }) => id));
      from = page.last;
      hasMore = page.hasMore;
    }
    expect(found.toSorted((a, b) => a - b)).toEqual([1, 3 * eventsPerPage + 2]);
    expect(pages).toBeLessThan(7);
  }
  client.close();
});

test("what is purged between the statements of a page lets no event be passed over", async () => {
  for (const order of ["asc", "desc"] as const) {
    for (let purgesAfter = 1; purgesAfter <= 6; purgesAfter++) {
      const hidden = Array.from({ length: eventsPerPage }, () => materialization("hidden"));
      const last = observation("last");
      const { client } = await writtenDatabase(order === "asc" ? [...hidden, last] : [last, ...hidden]);
      let statements = 0;
      const purging = new Proxy(client, {
        get: (target, name) => {
          if (name !== "execute") return Reflect.get(target, name);
          return async (statement: string) => {
            const answer = await target.execute(statement);
            if (++statements === purgesAfter) {
              await target.execute("DELETE FROM event WHERE asset_id = (SELECT id FROM asset WHERE key = 'hidden')");
            }
            return answer;
          };
        },
      });
      const kinds: string[] = [];
      for (let from: number | undefined, hasMore = true; hasMore; ) {
        const page = await readPage(drizzle(purging), { type: "ASSET_OBSERVATION" }, { order, limit: 10 }, from);
        kinds.push(...page.rows.map(({ key }) => key));
        from = page.last ?? from;
        hasMore = page.hasMore;
      }
      expect(kinds).toEqual(["last"]);
      client.close();
    }
  }
});

test("a page hands out its rows in the order of ids without sorting what it examined", async () => {
  const statements: string[] = [];
  const logged = drizzle(client, { logger: { logQuery: (query) => void statements.push(query) } });
  for (const filter of [
    {},
    { type: "ASSET_MATERIALIZATION" },
    { assetKey: ["noise", "1"], partition: "x" },
    { prefix: ["noise"] },
  ] as const) {
    for (const order of ["asc", "desc"] as const) {
      const { rows } = await readPage(logged, filter, { order, limit: 20 }, undefined);
      expect(rows.map(({ id }) => id)).toEqual(
        rows.map(({ id }) => id).toSorted((a, b) => (order === "asc" ? a - b : b - a)),
      );
    }
  }
  for (const statement of statements.filter((text) => text.includes("examined") && !text.includes("count("))) {
    const plan = await client.execute({
      sql: `EXPLAIN QUERY PLAN ${statement}`,
      args: statement.match(/\?/g)?.map(() => 1) ?? [],
    });
    const steps = plan.rows.map((row) => String(row.detail));
    expect(steps.filter((step) => step.includes("TEMP B-TREE") || step.startsWith("MATERIALIZE"))).toEqual([]);
    expect(steps.some((step) => step.startsWith("CO-ROUTINE"))).toBe(true);
  }
});
