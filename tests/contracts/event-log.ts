import { describe } from "bun:test";
import { appendingContract } from "./event-log/appending.ts";
import { assetsContract } from "./event-log/assets.ts";
import { closingContract } from "./event-log/closing.ts";
import { fidelityContract } from "./event-log/fidelity.ts";
import { filtersContract } from "./event-log/filters.ts";
import { type OpenEventLog, promisesOf } from "./event-log/harness.ts";
import { idempotencyContract } from "./event-log/idempotency.ts";
import { modelContract } from "./event-log/model.ts";
import { pagingContract } from "./event-log/paging.ts";
import { timesContract } from "./event-log/times.ts";
import { twinsContract } from "./event-log/twins.ts";

export interface ContractOptions {
  /** The memory store is what the others are compared with. */
  readonly isReference?: boolean;
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
    describe("fidelity", () => fidelityContract(promises));
    describe("closing", () => closingContract(promises));
    if (options.isReference !== true) describe("the reference", () => modelContract(open));
  });
}
