import { type FreshnessPolicy, InvalidRuleError, type Partitions } from "../freshness/index.ts";
import { compileWindows } from "../freshness/partitions.ts";
import { compilePolicy } from "../freshness/policy.ts";
import type { Problem } from "./problem.ts";

/** The rules of a definition with their zones, or the errors in them. */
type ResolvedRules =
  | { readonly partitions: Partitions | null; readonly freshness: FreshnessPolicy | null }
  | { readonly problems: readonly Problem[] };

/** Fills in the zones of a definition's rules, and compiles the rules once, so that no rule is stored that is not valid. */
export function resolveRules(
  partitions: Partitions | null,
  freshness: FreshnessPolicy | null,
  defaultZone = "UTC",
): ResolvedRules {
  const zone = partitions?.timezone ?? defaultZone;
  const rules = {
    partitions: partitions && { ...partitions, timezone: zone },
    freshness: freshness && { ...freshness, timezone: freshness.timezone ?? zone },
  };
  const problems = [
    ...problemsOf(
      "partitions",
      () => rules.partitions && rules.partitions.type !== "static" && compileWindows(rules.partitions),
    ),
    ...problemsOf("freshness", () => rules.freshness && compilePolicy(rules.freshness)),
  ];
  return problems.length > 0 ? { problems } : rules;
}

function problemsOf(member: string, read: () => unknown): readonly Problem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRuleError)) throw error;
    return [{ path: [member, error.field], message: error.message }];
  }
}
