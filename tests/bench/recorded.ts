import type { Load } from "./requests.ts";

/** A benchmark must not count answers whose events were not recorded. Answers how many events of the load there are. */
export async function verifyRecorded(url: string, load: Load, acknowledged: number): Promise<number> {
  const recorded = await countRecorded(url, load.assetKeys);
  if (recorded < acknowledged) {
    throw new Error(`${url} acknowledged ${acknowledged} reports of "${load.name}" and recorded ${recorded}.`);
  }
  return recorded;
}

async function countRecorded(url: string, assetKeys: readonly string[]): Promise<number> {
  let recorded = 0;
  const keys = assetKeys.values();
  const countThrough = async () => {
    for (const key of keys) recorded += await materializations(`${url}/api/v1/assets/${key}`);
  };
  await Promise.all(Array.from({ length: 16 }, countThrough));
  return recorded;
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
