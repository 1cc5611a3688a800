import type { AssetRecord, FailingCheck } from "../../storage/index.ts";
import type { Outcome } from "./state.tsx";

/** The most failing checks of an asset, each with each of its partitions, that are looked at. */
export const mostFailing = 1000;

/** Each check of an asset by its worst partition: a pass elsewhere hides no failure. In the order of its checks. */
export function checkStates({ checks }: AssetRecord, failing: readonly FailingCheck[]): readonly Outcome[] {
  return checks.map((latest) => {
    const failures = failing.filter(({ checkName }) => checkName === latest.checkName);
    const isError = failures.some(({ severity }) => severity === "ERROR");
    return failures.length === 0 ? latest : { passed: false, severity: isError ? "ERROR" : "WARN" };
  });
}
