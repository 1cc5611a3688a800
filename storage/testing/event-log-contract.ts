import type { EventLog } from "../event-log.ts";
import type { Maintenance } from "../maintenance.ts";
import { appendingContract } from "./event-log/appending.ts";
import { assetFiltersContract } from "./event-log/asset-filters.ts";
import { assetListContract } from "./event-log/asset-list.ts";
import { assetPartsContract } from "./event-log/asset-parts.ts";
import { assetsContract } from "./event-log/assets.ts";
import { boundsContract } from "./event-log/bounds.ts";
import { checkMarksContract } from "./event-log/check-marks.ts";
import { closingContract } from "./event-log/closing.ts";
import { fidelityContract } from "./event-log/fidelity.ts";
import { filtersContract } from "./event-log/filters.ts";
import { createDeclareTest, type OpenEventLog } from "./event-log/harness.ts";
import { idempotencyContract } from "./event-log/idempotency.ts";
import { identityContract } from "./event-log/identity.ts";
import { listCursorsContract } from "./event-log/list-cursors.ts";
import { marksContract } from "./event-log/marks.ts";
import { modelContract } from "./event-log/model.ts";
import { pagingContract } from "./event-log/paging.ts";
import { pruningContract } from "./event-log/pruning.ts";
import { reportersContract } from "./event-log/reporters.ts";
import { statsContract } from "./event-log/stats.ts";
import { timesContract } from "./event-log/times.ts";
import { twinsContract } from "./event-log/twins.ts";
import { waitFactsContract } from "./event-log/wait-facts.ts";
import { watchingContract } from "./event-log/watching.ts";
import { wipeIdsContract } from "./event-log/wipe-ids.ts";
import { wipeSummariesContract } from "./event-log/wipe-summaries.ts";
import { wipeTracesContract } from "./event-log/wipe-traces.ts";
import { wipingContract } from "./event-log/wiping.ts";
import type { TestRunner } from "./test-runner.ts";

export interface ContractOptions {
  /** The length of a text that the store keeps in a dozen fields of one event. Default: a million. */
  readonly longestText?: number;
  /**
   * In how many random histories the store is compared with the memory store, which skips no id. 0, for a store that
   * skips some: in none. Default: 60.
   */
  readonly histories?: number;
  /** True if the store keeps `AppendOptions.reportedBy`, and not only may. Default: false. */
  readonly keepsReporters?: boolean;
}

/**
 * Declares the tests of what every EventLog promises, and of its overview. `open` gives a new, empty log each time, and
 * the suite closes it. A new log gives the ids 1, 2, 3, …, and may skip some where nothing was recorded, as after a
 * conflict.
 *
 * @example
 * import { describe, test } from "node:test";
 * eventLogContract({ describe, test }, "my store", async ({ now }) => new MyEventLog({ now }));
 */
export function eventLogContract(
  runner: TestRunner,
  name: string,
  open: OpenEventLog<EventLog & Partial<Maintenance>>,
  { longestText = 2 ** 20, histories = 60, keepsReporters = false }: ContractOptions = {},
): void {
  const { describe } = runner;
  const declareTest = createDeclareTest(runner, open);
  describe(name, () => {
    describe("appending", () => appendingContract(declareTest));
    describe("idempotency keys", () => idempotencyContract(declareTest));
    describe("twins", () => twinsContract(declareTest));
    describe("reporters", () => reportersContract(declareTest, keepsReporters));
    describe("times", () => timesContract(declareTest));
    describe("filters", () => filtersContract(declareTest));
    describe("pages", () => pagingContract(declareTest));
    describe("assets", () => assetsContract(declareTest));
    describe("lists of assets", () => assetListContract(declareTest));
    describe("filters of assets", () => assetFiltersContract(declareTest));
    describe("lists of partitions and checks", () => assetPartsContract(declareTest));
    describe("cursors of lists", () => listCursorsContract(declareTest));
    describe("the overview", () => marksContract(declareTest));
    describe("the overview of checks", () => checkMarksContract(declareTest));
    describe("what waits read", () => waitFactsContract(declareTest));
    describe("bounds of reads", () => boundsContract(declareTest));
    describe("wiping", () => wipingContract(declareTest));
    describe("traces of wipes", () => wipeTracesContract(declareTest));
    describe("summaries after wipes", () => wipeSummariesContract(declareTest));
    describe("ids and keys after wipes", () => wipeIdsContract(declareTest));
    describe("watching", () => watchingContract(declareTest));
    describe("identity", () => identityContract(declareTest, runner, open));
    describe("fidelity", () => fidelityContract(declareTest, longestText));
    describe("closing", () => closingContract(declareTest));
    if (histories > 0) describe("the reference", () => modelContract(runner, open, histories));
  });
}

/** Declares the tests of what a store with Maintenance promises. */
export function maintenanceContract(
  runner: TestRunner,
  name: string,
  open: OpenEventLog<EventLog & Maintenance>,
): void {
  const declareTest = createDeclareTest(runner, open);
  runner.describe(name, () => {
    runner.describe("pruning", () => pruningContract(declareTest));
    runner.describe("statistics and probes", () => statsContract(declareTest));
  });
}
