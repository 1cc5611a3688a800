import type { AssetKey } from "../asset-key.ts";
import type { FreshnessPolicy, Partitions } from "../freshness/index.ts";

interface Defined {
  readonly description: string | null;
  /** E-mail addresses, and `team:<name>`. */
  readonly owners: readonly string[];
  readonly group: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly kinds: readonly string[];
  readonly deps: readonly AssetKey[];
  readonly checks: readonly string[];
  /** With a zone: its own, else that of the document's defaults, else UTC. */
  readonly partitions: Partitions | null;
  /** With a zone: its own, else that of the partitions, else that of the defaults, else UTC. */
  readonly freshness: FreshnessPolicy | null;
}

/** The definition of one asset. */
export interface KeyDefinition extends Defined {
  readonly key: AssetKey;
  readonly prefix?: undefined;
}

/** The definition of every asset below a prefix that has no definition of its own. */
export interface PrefixDefinition extends Defined {
  readonly prefix: AssetKey;
  readonly key?: undefined;
}

export type Definition = KeyDefinition | PrefixDefinition;

/**
 * The limits of definitions. Bytes are those of UTF-8.
 *
 * @example
 * console.log(definitionLimits.documentBytes); // 16777216
 */
export const definitionLimits = {
  definitions: 100_000,
  /** The sum of assets and partitions that have a freshness state. */
  subjects: 200_000,
  staticKeys: 10_000,
  lookback: 400,
  definitionBytes: 1_048_576,
  documentBytes: 16_777_216,
} as const;

const defaultLookback = 3;

/**
 * How many freshness states an asset with this definition has: none without a policy, one for each watched partition, or
 * one.
 *
 * @example
 * const definitions = parseDefinitions("assets: [{ key: a, freshness: { type: time_window, fail_window: 1d } }]");
 * console.log(definitions.map(countSubjects)); // [ 1 ]
 */
export function countSubjects({ freshness, partitions }: Definition): number {
  if (freshness === null) return 0;
  if (partitions === null) return 1;
  return partitions.type === "static" ? partitions.keys.length : (freshness.lookback ?? defaultLookback);
}
