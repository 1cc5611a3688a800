import { describe, expect, test } from "bun:test";
import { type EventLog, EventLogError, type Maintenance } from "../../../storage/index.ts";
import { materializationOf, memory, nativeApp } from "./native.ts";

const fullDisk = new EventLogError("unavailable", "The database file:x failed: SQLITE_FULL: database or disk is full");

/** A log on a disk that is full or is not. */
function onDisk(disk: { isFull: boolean; probes: number }): EventLog & Maintenance {
  const log = memory();
  return {
    ...log,
    append: async (units) => {
      if (disk.isFull) throw fullDisk;
      return log.append(units);
    },
    probe: async () => {
      disk.probes++;
      if (disk.isFull) throw fullDisk;
    },
  };
}

describe("GET /ready", () => {
  test("says yes of a log that can be read", async () => {
    const { ready } = nativeApp();
    expect(await ready()).toEqual([200, { ready: true }]);
  });

  test("says why not where the log can't be read", async () => {
    const id = () => Promise.reject(new EventLogError("unavailable", "The database is gone."));
    expect(await nativeApp({ log: { ...memory(), id } }).ready()).toEqual([
      503,
      { ready: false, reason: "The database is gone." },
    ]);
  });

  test("says no while the server shuts down", async () => {
    expect(await nativeApp({ isAccepting: () => false }).ready()).toEqual([
      503,
      { ready: false, reason: "The server is shutting down." },
    ]);
  });

  test("says what is damaged, though what it reads itself can be read", async () => {
    let damage: string | undefined;
    const app = nativeApp({ damage: () => damage });
    expect(await app.ready()).toEqual([200, { ready: true }]);
    damage = "The database file:x is damaged.";
    expect(await app.ready()).toEqual([503, { ready: false, reason: damage }]);
  });

  test("says no from a commit that failed until the next would not, and tries that itself", async () => {
    const disk = { isFull: true, probes: 0 };
    const app = nativeApp({ log: onDisk(disk) });
    expect(await app.ready()).toEqual([200, { ready: true }]); // nothing is known yet
    expect((await app.post(materializationOf("a"))).status).toBe(503);
    expect(await app.ready()).toEqual([503, { ready: false, reason: fullDisk.message }]);
    disk.isFull = false;
    expect(await app.ready()).toEqual([200, { ready: true }]);
    expect(disk.probes).toBe(2);
    await app.ready();
    expect(disk.probes).toBe(2);
  });

  test("says no of a disk that a report still fits on after a larger group failed", async () => {
    const disk = { isFull: true, probes: 0 };
    const log = onDisk(disk);
    const app = nativeApp({ log: { ...log, probe: () => Promise.reject(fullDisk) } });
    expect((await app.post(materializationOf("a"))).status).toBe(503);
    disk.isFull = false;
    expect((await app.post(materializationOf("a"))).status).toBe(200);
    expect(await app.ready()).toEqual([503, { ready: false, reason: fullDisk.message }]);
  });

  test.each([true, false])("tries once for all who ask at the same time: the disk is full: %p", async (isFull) => {
    const disk = { isFull: true, probes: 0 };
    const app = nativeApp({ log: onDisk(disk) });
    await app.post(materializationOf("a"));
    disk.isFull = isFull;
    const answers = await Promise.all([app.ready(), app.ready(), app.ready()]);
    expect(answers.map(([status]) => status)).toEqual(Array<number>(3).fill(isFull ? 503 : 200));
    expect(disk.probes).toBe(1);
  });

  test("believes no try that began before the last commit that failed", async () => {
    const disk = { isFull: true, probes: 0 };
    const log = onDisk(disk);
    let pass = () => {};
    const passed = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const probe = () => {
      disk.probes++;
      return passed;
    };
    const app = nativeApp({ log: { ...log, probe } });
    const begun = async (probes: number) => {
      while (disk.probes < probes) await new Promise((resolve) => setTimeout(resolve));
    };
    await app.post(materializationOf("a"));
    const early = [app.ready(), app.ready()];
    await begun(1);
    await app.post(materializationOf("a"));
    const late = app.ready();
    await begun(2);
    pass();
    for (const answer of [...early, late]) expect(await answer).toEqual([200, { ready: true }]);
    expect(disk.probes).toBe(2);
  });

  test("says no right after a report was refused because too much waited, and yes when that is over", async () => {
    const append = () => Promise.reject(new EventLogError("overloaded", "Too much."));
    const app = nativeApp({ log: { ...memory(), append } });
    expect((await app.post(materializationOf("a"))).status).toBe(503);
    expect(await app.ready()).toEqual([503, { ready: false, reason: "More is reported than can be recorded." }]);
    while ((await app.ready())[0] === 503) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await app.health()).status).toBe(200);
  });
});
