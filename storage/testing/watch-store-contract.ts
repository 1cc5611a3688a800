import type { TestRunner } from "./test-runner.ts";
import { checksContract } from "./watch-store/checks.ts";
import { freshnessContract } from "./watch-store/freshness.ts";
import { createDeclareTest, type OpenWatchedStores } from "./watch-store/harness.ts";
import { leasesContract } from "./watch-store/leases.ts";
import { listsContract } from "./watch-store/lists.ts";
import { partitionsContract } from "./watch-store/partitions.ts";
import { policiesContract } from "./watch-store/policies.ts";

/**
 * Declares the tests of what every WatchStore promises, on the log and the definitions that it watches. `open` gives new,
 * empty stores each time, and the suite closes the log.
 *
 * @example
 * import { describe, test } from "node:test";
 * watchStoreContract({ describe, test }, "my watching", async ({ now }) => {
 *   const log = createMemoryEventLog({ now });
 *   const definitions = createMemoryDefinitionStore({ now });
 *   return { log, definitions, watching: new MyWatchStore({ log, definitions, now }) };
 * });
 */
export function watchStoreContract(runner: TestRunner, name: string, open: OpenWatchedStores): void {
  const { describe } = runner;
  const declareTest = createDeclareTest(runner, open);
  describe(name, () => {
    describe("freshness", () => freshnessContract(declareTest));
    describe("changes of policies", () => policiesContract(declareTest));
    describe("partitions", () => partitionsContract(declareTest));
    describe("checks", () => checksContract(declareTest));
    describe("leases", () => leasesContract(declareTest));
    describe("lists and mutes", () => listsContract(declareTest));
  });
}
