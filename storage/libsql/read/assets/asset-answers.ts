import type { AssetCheckEvaluation, RecordedEvent } from "../../../../core/index.ts";
import { dataVersionOf } from "../../../../core/index.ts";
import { formatListCursor, parseListCursor } from "../../../cursors/list-cursor.ts";
import type { AssetFilter, AssetListRequest, AssetRecord } from "../../../event-log.ts";
import type { AssetMark, LatestMark } from "../../../overview.ts";
import { type EventRow, eventFromRow } from "../../write/event-row.ts";
import { decodeKey } from "../../write/sortable-text.ts";
import { scopes } from "../../write/summaries.ts";
import type { AssetPosition } from "./find-assets.ts";
import type { AssetRows } from "./read-asset.ts";
import type { AssetMarkRow } from "./read-asset-marks.ts";

// Decodes the rows of assets.

/** Cursors of a list of assets. They are valid for its filter and order only. */
export function assetListCursor(filter: AssetFilter, order: AssetListRequest["order"]) {
  const { prefix, search, failing, quietSince, type } = filter;
  const mark = ["assets", prefix, search, failing, quietSince, type, order];
  return {
    parse(cursor: string | undefined): AssetPosition | undefined {
      const [key, rank = null] = parseListCursor(cursor, mark) ?? [];
      return typeof key === "string" ? { key, rank: rank === null ? null : Number(rank) } : undefined;
    },
    format(position: AssetPosition | undefined): string | null {
      if (position === undefined) return null;
      const { key, rank } = position;
      return formatListCursor([key, rank === null ? null : String(rank)], mark);
    },
  };
}

export function assetMark(row: AssetMarkRow): AssetMark {
  const { checks, failed, warned, materializations, observations, evaluations, partitions } = row;
  return {
    assetKey: decodeKey(row.key),
    latestMaterialization: latestMark(row.built),
    latestObservation: latestMark(row.seen),
    dataVersion: row.dataVersion,
    counts: { materializations, observations, checkEvaluations: evaluations, partitions },
    hasMorePartitions: row.hasMorePartitions,
    checks: { passed: Math.max(0, checks - failed - warned), warned, failed },
    hasMoreChecks: row.hasMoreChecks,
  };
}

function latestMark(row: AssetMarkRow["built"]): LatestMark | null {
  return row && { id: row[0], timestamp: row[1] };
}

export function assetRecord({ key, summaries, checks, hasMoreChecks, partitions }: AssetRows): AssetRecord {
  const of = (scope: number) => summaries.find((summary) => summary.scope === scope);
  const latest = (scope: number): RecordedEvent | null => {
    const summary = of(scope);
    return summary === undefined ? null : eventFromRow(summary.latest);
  };
  const versioned = latest(scopes.versioned);
  return {
    assetKey: decodeKey(key),
    latestMaterialization: latest(scopes.materializations),
    latestObservation: latest(scopes.observations),
    dataVersion: versioned && dataVersionOf(versioned),
    checks: checks.map(checkFromRow),
    hasMoreChecks,
    counts: {
      materializations: of(scopes.materializations)?.events ?? 0,
      observations: of(scopes.observations)?.events ?? 0,
      checkEvaluations: of(scopes.evaluations)?.events ?? 0,
      partitions,
    },
  };
}

export function checkFromRow(row: EventRow): RecordedEvent & AssetCheckEvaluation {
  return eventFromRow(row) as RecordedEvent & AssetCheckEvaluation; // read from summaries of evaluations alone
}
