import { assetKeys, partitions } from "./requests.ts";

/** An event of a filled log, as the constructors of events take it. */
export interface NthEvent {
  /** `/` between the parts. */
  readonly assetKey: string;
  readonly partition?: string;
  readonly metadata: { readonly rows: number };
}

/**
 * The n-th event, from 0, of every log that benchmarks read: 2,200 of probe assets, whose own history is thus the same
 * at every size, and then noise on the assets and partitions that the spread load reports to.
 */
export function nthEvent(n: number): NthEvent {
  const metadata = { rows: n };
  if (n < 1000) return { assetKey: "probe/one", partition: `p${n % 10}`, metadata };
  if (n < 2000) return { assetKey: "probe/wide", partition: `p${n - 1000}`, metadata };
  if (n < 2200) return { assetKey: `probe/many/${n - 2000}`, metadata };
  // 7919 is prime: an order without neighbours, that repeats only after all of them.
  const pair = (n * 7919) % (assetKeys.length * partitions.length);
  const assetKey = assetKeys[pair % assetKeys.length] ?? "";
  const partition = partitions[Math.floor(pair / assetKeys.length)] ?? "";
  return { assetKey, partition, metadata };
}
