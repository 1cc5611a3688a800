import type { Load } from "./requests.ts";

/** How many materializations the log of a server holds of the load's assets. */
export async function countRecorded(url: string, { assetKeys }: Load): Promise<number> {
  const keys = assetKeys.values();
  const countThrough = async (): Promise<number> => {
    let recorded = 0;
    // The walkers share one iterator, so that each key is counted by one of them.
    for (const key of keys) recorded += await materializations(`${url}/api/v1/assets/${key}`);
    return recorded;
  };
  const shares = await Promise.all(Array.from({ length: 16 }, countThrough));
  return shares.reduce((sum, share) => sum + share, 0);
}

async function materializations(url: string): Promise<number> {
  const response = await fetch(url);
  // An asset of the load that no request has reached.
  if (response.status === 404) return 0;
  const record: unknown = await response.json();
  const counts = field(record, "counts");
  const count = field(counts, "materializations");
  if (typeof count !== "number") throw new Error(`GET ${url} answered ${response.status} ${JSON.stringify(record)}`);
  return count;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
