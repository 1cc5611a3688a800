import { materialization, type RunlessEvent } from "../../core/index.ts";

/** The n-th event of an import, as a line of NDJSON and as what `EventLog.append` takes. */
export function importedLine(n: number): string {
  return `${JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: assetKey(n), ...fields(n) })}\n`;
}

export function importedEvent(n: number): RunlessEvent {
  return materialization(assetKey(n), fields(n));
}

function assetKey(n: number): readonly string[] {
  return ["import", String(n % 1000)];
}

function fields(n: number) {
  return { partition: `p${n % 28}`, metadata: { rows: n, source: "s3://bucket/file" } };
}
