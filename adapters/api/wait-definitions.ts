import type { Definition } from "../../core/definitions/index.ts";
import { type AssetKey, formatAssetKey } from "../../core/index.ts";
import type { WaitFacts, WaitQuestion } from "../../core/waiting/wait.ts";
import type { AssetFacts, WaitAsk } from "../../storage/index.ts";
import { lastCountedAt } from "../../storage/wait-reads.ts";
import { InvalidWaitError } from "./wait-question.ts";

/** What waits ask of definitions. A DefinitionStore answers it. */
export interface WaitDefinitions {
  /** The definition that holds for each key, in the order of the keys. */
  definitionsFor(keys: readonly AssetKey[]): Promise<readonly (WaitDefinition | undefined)[]>;
}

interface WaitDefinition {
  readonly definition: Pick<Definition, "checks" | "freshness" | "partitions">;
  /** Since when the freshness policy is there, in milliseconds since 1970 UTC. */
  readonly definedAt: number | null;
}

/** What one look at a question reads, and what it means. */
export interface LookPlan {
  readonly asks: readonly WaitAsk[];
  /** From what was found for each ask, in their order. */
  readonly factsOf: (found: readonly AssetFacts[]) => readonly WaitFacts[];
}

/** How many partitions the policies of one wait may watch together. */
const mostWatched = 1000;

/**
 * Plans a look. Rejects with InvalidWaitError where `fresh` asks for an asset without a freshness policy, or for too many
 * partitions.
 */
export async function planLook(
  question: WaitQuestion,
  definitions: WaitDefinitions | undefined,
  now: number,
): Promise<LookPlan> {
  const { keys, partition, checks, fresh } = question;
  const needsDefinitions = fresh === true || checks === "all";
  const defined = needsDefinitions ? ((await definitions?.definitionsFor(keys)) ?? []) : [];
  const asks = keys.map((assetKey, i): WaitAsk => {
    const names = defined[i]?.definition.checks ?? [];
    return { assetKey, partition, checks: checks === "all" && names.length > 0 ? names : checks };
  });
  const judges = fresh === true ? await freshnessJudges(keys, defined, now) : [];
  const factsOf = (found: readonly AssetFacts[]) => {
    let from = keys.length;
    return keys.map((_, i): WaitFacts => {
      const own = found[i] as AssetFacts; // there is one for each ask
      const judge = judges[i];
      const state = judge?.state(found.slice(from, from + judge.asks.length)) ?? null;
      from += judge?.asks.length ?? 0;
      return { ...own, definedChecks: defined[i]?.definition.checks ?? null, freshness: state };
    });
  };
  return { asks: [...asks, ...judges.flatMap((judge) => judge.asks)], factsOf };
}

interface FreshnessJudge {
  readonly asks: readonly WaitAsk[];
  readonly state: (found: readonly AssetFacts[]) => WaitFacts["freshness"];
}

async function freshnessJudges(
  keys: readonly AssetKey[],
  defined: readonly (WaitDefinition | undefined)[],
  now: number,
): Promise<readonly FreshnessJudge[]> {
  // Loaded only here: it brings the package that reads cron.
  const { countedEvents, evaluateFreshness, evaluatePartitions, watchedPartitions } = await import(
    "../../core/freshness/index.ts"
  );
  let watched = 0;
  return keys.map((assetKey, i): FreshnessJudge => {
    const { definition: { freshness = null, partitions = null } = {}, definedAt = null } = defined[i] ?? {};
    if (freshness === null) throw new InvalidWaitError(`There is no freshness policy for ${formatAssetKey(assetKey)}.`);
    if (partitions === null) {
      const counts = countedEvents(freshness, null);
      return {
        asks: [{ assetKey, observations: counts.includes("observation") }],
        state: ([own]) => evaluateFreshness(freshness, { lastAt: lastCountedAt(counts, own), definedAt, now }).state,
      };
    }
    const windows = watchedPartitions(freshness, partitions, now).partitions;
    watched += windows.length;
    if (watched > mostWatched) {
      throw new InvalidWaitError(`The freshness of more than ${mostWatched} partitions is too much for one wait.`);
    }
    return {
      asks: windows.map(({ partition }) => ({ assetKey, partition })),
      state: (found) => {
        const lastAt = new Map<string, number>();
        for (const [at, window] of windows.entries()) {
          const counted = lastCountedAt(countedEvents(freshness, window), found[at]);
          if (counted !== null) lastAt.set(window.partition, counted);
        }
        return evaluatePartitions(freshness, partitions, { lastAt, definedAt, now }).state;
      },
    };
  });
}
