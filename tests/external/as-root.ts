import { describe } from "bun:test";

/** Tests that mount, or become another user: elsewhere they are skipped, and the report says why. */
export function describeAsRoot(name: string, tests: () => void): void {
  if (process.getuid?.() === 0) describe(name, tests);
  else describe.skip(`${name} (skipped: only root may do what it needs)`, tests);
}
