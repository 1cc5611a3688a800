import { describe } from "bun:test";
import { appendingContract } from "./event-log/appending.ts";
import { assetFiltersContract } from "./event-log/asset-filters.ts";
import { assetListContract } from "./event-log/asset-list.ts";
import { assetPartsContract } from "./event-log/asset-parts.ts";
import { assetsContract } from "./event-log/assets.ts";
import { boundsContract } from "./event-log/bounds.ts";
import { closingContract } from "./event-log/closing.ts";
import { fidelityContract } from "./event-log/fidelity.ts";
import { filtersContract } from "./event-log/filters.ts";
import { type OpenEventLog, promisesOf } from "./event-log/harness.ts";
import { idempotencyContract } from "./event-log/idempotency.ts";
import { identityContract } from "./event-log/identity.ts";
import { listCursorsContract } from "./event-log/list-cursors.ts";
import { marksContract } from "./event-log/marks.ts";
import { modelContract } from "./event-log/model.ts";
import { pagingContract } from "./event-log/paging.ts";
import { pruningContract } from "./event-log/pruning.ts";
import { statsContract } from "./event-log/stats.ts";
import { timesContract } from "./event-log/times.ts";
import { twinsContract } from "./event-log/twins.ts";
import { watchingContract } from "./event-log/watching.ts";
import { wipeIdsContract } from "./event-log/wipe-ids.ts";
import { wipeSummariesContract } from "./event-log/wipe-summaries.ts";
import { wipeTracesContract } from "./event-log/wipe-traces.ts";
import { wipingContract } from "./event-log/wiping.ts";

export interface ContractOptions {
  /** The memory store is what the others are compared with. */
  readonly isReference?: boolean;
  /** The length of a text that the store keeps in a dozen fields of one event. Default: a million. */
  readonly longestText?: number;
  /** How many histories are compared with the reference. Default: 60. */
  readonly histories?: number;
}

/**
 * What every EventLog promises, as DESIGN.md says it ("Semantics that two people would build differently"). `open`
 * gives a new, empty log each time, and the suite closes it.
 */
export function eventLogContract(name: string, open: OpenEventLog, options: ContractOptions = {}): void {
  const promises = promisesOf(open);
  describe(name, () => {
    describe("appending", () => appendingContract(promises));
    describe("idempotency keys", () => idempotencyContract(promises));
    describe("twins", () => twinsContract(promises));
    describe("times", () => timesContract(promises));
    describe("filters", () => filtersContract(promises));
    describe("pages", () => pagingContract(promises));
    describe("assets", () => assetsContract(promises));
    describe("lists of assets", () => assetListContract(promises));
    describe("filters of assets", () => assetFiltersContract(promises));
    describe("marks", () => marksContract(promises));
    describe("lists of partitions and checks", () => assetPartsContract(promises));
    describe("bounds of reads", () => boundsContract(promises));
    describe("cursors of lists", () => listCursorsContract(promises));
    describe("wiping", () => wipingContract(promises));
    describe("traces of wipes", () => wipeTracesContract(promises));
    describe("summaries after wipes", () => wipeSummariesContract(promises));
    describe("ids and keys after wipes", () => wipeIdsContract(promises));
    describe("pruning", () => pruningContract(promises));
    describe("statistics", () => statsContract(promises));
    describe("watching", () => watchingContract(promises));
    describe("identity", () => identityContract(promises, open));
    describe("fidelity", () => fidelityContract(promises, options.longestText ?? 2 ** 20));
    describe("closing", () => closingContract(promises));
    if (options.isReference !== true) describe("the reference", () => modelContract(open, options.histories ?? 60));
  });
}
