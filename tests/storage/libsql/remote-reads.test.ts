import { afterAll, beforeAll, expect, test } from "bun:test";
import { checkEvaluation, materialization } from "../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../storage/index.ts";
import { readIds } from "../../../storage/testing/event-log/harness.ts";
import { readAssets, readChecks, readPartitions } from "../../../storage/testing/event-log/walk-pages.ts";
import type { Interference, StandIn } from "../../remote/stand-in.ts";
import { newStandIn } from "../../remote/test-database.ts";

let standIn: StandIn;
let log: EventLog;
const names = Array.from({ length: 30 }, (_, i) => `name ${String(i).padStart(2, "0")}`);
beforeAll(async () => {
  standIn = await newStandIn({ mostResponseBytes: 100_000 });
  log = await openEventLog({ url: standIn.url });
  const description = "x".repeat(20_000);
  await log.append(names.map((name) => [{ event: materialization("a", { partition: name, description }) }]));
  await log.append(names.map((name) => [{ event: materialization(name, { description }) }]));
  const check = { passed: true, metadata: { description } };
  await log.append(
    names.map((checkName) => [{ event: checkEvaluation(["c"], { ...check, checkName, partition: "p" }) }]),
  );
});
afterAll(async () => {
  await log.close();
  await standIn.close();
});

test("pages are shorter where a whole one is more than the database answers, and nothing is missed", async () => {
  const page = await log.query({}, { limit: 30, order: "asc" });
  expect(page.events.length).toBeGreaterThan(0);
  expect(page.events.length).toBeLessThan(30);
  expect(page.hasMore).toBe(true);
  expect(await readIds(log, {}, { limits: [30] })).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
  const partitions = await readPartitions(log, ["a"], [30]);
  expect(partitions.map(({ partition }) => partition)).toEqual(names);
  const checks = await readChecks(log, ["c"], [30]);
  expect(checks.map(({ checkName }) => checkName)).toEqual(names);
  const assets = await readAssets(log, { search: "name" }, [30]);
  expect(assets.map(({ assetKey }) => assetKey[0])).toEqual(names);
});

test.each<Interference>(["drop before", "drop after", "bad gateway"])(
  "a read that met %p is repeated",
  async (interference) => {
    let requests = 0;
    standIn.interfere = () => (requests++ === 0 ? interference : undefined);
    expect(await log.get(1)).toMatchObject({ id: 1 });
    expect(requests).toBe(2);
  },
);

test("a listener hears of what another server records, and finds it", async () => {
  const other = await openEventLog({ url: standIn.url });
  const heard = new Promise<void>((resolve, reject) => {
    const stop = log.watch(() => {
      log.query({ after: 90 }, { limit: 1, order: "asc" }).then(({ events }) => {
        if (events.length === 0) return;
        stop();
        resolve();
      }, reject);
    });
  });
  await other.append([[{ event: materialization("elsewhere") }]]);
  await heard;
  await other.close();
});
