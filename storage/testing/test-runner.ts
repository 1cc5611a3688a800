/**
 * The part of a test runner that the suites need. Those of Bun, Vitest, Jest and Node fit as they are.
 *
 * @example
 * import { describe, test } from "node:test";
 * eventLogContract({ describe, test }, "my store", async ({ now }) => new MyEventLog({ now }));
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  /** `timeout` is in milliseconds. A runner that does not take it has its own. */
  readonly test: (name: string, body: () => Promise<void>, timeout: number) => unknown;
}
