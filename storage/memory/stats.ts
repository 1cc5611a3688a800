import type { RecordedEvent, RunlessEventType } from "../../core/index.ts";
import type { LastMaterialization, LogStats } from "../event-log.ts";
import { assetsOf } from "./summaries.ts";

export function statsOf(events: readonly RecordedEvent[]): LogStats {
  const count = (type: RunlessEventType) => events.filter((event) => event.type === type).length;
  return {
    assets: assetsOf(events).length,
    events: {
      ASSET_MATERIALIZATION: count("ASSET_MATERIALIZATION"),
      ASSET_OBSERVATION: count("ASSET_OBSERVATION"),
      ASSET_CHECK_EVALUATION: count("ASSET_CHECK_EVALUATION"),
    },
    bytes: null,
  };
}

export function lastMaterializationsOf(events: readonly RecordedEvent[]): readonly LastMaterialization[] {
  return assetsOf(events).flatMap(({ record }) => {
    const { assetKey, latestMaterialization } = record();
    return latestMaterialization === null ? [] : { assetKey, timestamp: latestMaterialization.timestamp };
  });
}
