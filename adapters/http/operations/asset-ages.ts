import { formatAssetKey } from "../../../core/index.ts";
import type { LastMaterialization, Overview } from "../../../storage/index.ts";
import { type Caller, reaches } from "../access/caller.ts";

const assetsPerPage = 1000;
const name = "runless_asset_materialization_age_seconds";
const head = `# HELP ${name} How long ago each asset was last materialized, by the event's own timestamp.
# TYPE ${name} gauge
`;

/** When each asset was last materialized, of all assets, read page by page: other reads and requests come in between. */
export async function readLastMaterializations(
  log: Pick<Overview, "lastMaterializations">,
): Promise<readonly LastMaterialization[]> {
  const found: LastMaterialization[] = [];
  for (let cursor: string | undefined, hasMore = true; hasMore; ) {
    const page = await log.lastMaterializations({ limit: assetsPerPage, cursor });
    for (const one of page.assets) found.push(one);
    cursor = page.cursor ?? undefined;
    hasMore = page.hasMore && cursor !== undefined;
  }
  return found;
}

/**
 * The metrics in `text`, and then the age of each asset in the caller's reach, in the text format of Prometheus. There
 * may be hundreds of thousands: they are written a part at a time, as they are read.
 */
export function withAssetAges(
  text: string,
  last: readonly LastMaterialization[],
  caller: Caller,
  now: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`${text}${head}`));
      },
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve)); // whatever waits for this thread comes first
        let lines = "";
        while (lines === "" && at < last.length) {
          for (const one of last.slice(at, at + assetsPerPage))
            if (reaches(caller, one.assetKey)) lines += line(one, now);
          at += assetsPerPage;
        }
        if (lines !== "") controller.enqueue(encoder.encode(lines));
        if (at >= last.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function line({ assetKey, timestamp }: LastMaterialization, now: number): string {
  const escaped = formatAssetKey(assetKey).replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return `${name}{asset_key="${escaped}"} ${(now - timestamp) / 1000}\n`;
}
