import { findingContract } from "./definition-store/finding.ts";
import { createDeclareTest, type OpenDefinitionStore } from "./definition-store/harness.ts";
import { replacingContract } from "./definition-store/replacing.ts";
import type { TestRunner } from "./test-runner.ts";

/**
 * Declares the tests of what every DefinitionStore promises. `open` gives a new, empty store each time.
 *
 * @example
 * import { describe, test } from "node:test";
 * definitionStoreContract({ describe, test }, "my definitions", async ({ now }) => ({
 *   definitions: new MyDefinitionStore({ now }),
 * }));
 */
export function definitionStoreContract(runner: TestRunner, name: string, open: OpenDefinitionStore): void {
  const { describe } = runner;
  const declareTest = createDeclareTest(runner, open);
  describe(name, () => {
    describe("replacing", () => replacingContract(declareTest));
    describe("finding and listing", () => findingContract(declareTest));
  });
}
