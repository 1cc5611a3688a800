import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import type { Maintenance } from "../../maintenance.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, expectError, record } from "./harness.ts";

const none = { ASSET_MATERIALIZATION: 0, ASSET_OBSERVATION: 0, ASSET_CHECK_EVALUATION: 0 };

export function statsContract(declareTest: DeclareTest<EventLog & Maintenance>): void {
  declareTest("an empty log has nothing", async ({ log }) => {
    expect(await log.stats()).toMatchObject({ assets: 0, events: none });
  });

  declareTest("assets and events are counted as they are read, without what was wiped", async ({ log }) => {
    const partitions = Array.from({ length: 20 }, (_, i) => materialization("a", { partition: String(i) }));
    const check = checkEvaluation(["b", "\u0000"], { checkName: "c", passed: true });
    await record(log, ...partitions, observation("a"), check, check, materialization("gone"), observation("gone"));
    await log.wipe({ assetKey: ["gone"] }, null);
    await log.wipe({ eventId: 1 }, null);
    expect(await log.stats()).toMatchObject({
      assets: 2,
      events: { ASSET_MATERIALIZATION: 19, ASSET_OBSERVATION: 1, ASSET_CHECK_EVALUATION: 2 },
    });
  });

  declareTest("a probe of a sound log resolves, and leaves nothing", async ({ log }) => {
    await record(log, materialization("a"));
    await log.probe();
    expect(await record(log, materialization("a"))).toEqual([2]);
    await log.close();
    await expectError("closed", log.probe());
    await expectError("closed", log.stats());
  });
}
