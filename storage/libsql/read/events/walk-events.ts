import type { InValue } from "@libsql/client";
import { fitPage, type ReadSteps } from "../read-steps.ts";

/** The most events that one step reads on a file. */
export const eventsPerStep = 5000;

/** The events of an asset after one id, up to another. */
export interface EventRange {
  readonly assetId: number;
  readonly afterId: number;
  readonly upToId: number;
}

/**
 * A statement for `walkEvents`, given a subquery for one JSON text. The subquery may use `examined`, which has the columns
 * of event_by_asset for some of the events, and parameters from ?5 on.
 */
export function walkStatement(found: (examined: string) => string): string {
  const examined = `(
    SELECT id, asset_id, kind, partition FROM event WHERE asset_id = ?1 AND id > edge.id AND id <= ?3 ORDER BY id DESC
  ) AS examined`;
  return `
    WITH edge AS MATERIALIZED (
      SELECT ifnull((
        SELECT id FROM event WHERE asset_id = ?1 AND id > ?2 AND id <= ?3 ORDER BY id DESC LIMIT 1 OFFSET ?4
      ), ?2) AS id
    )
    SELECT edge.id AS edge, (${found(examined)}) AS found FROM edge`;
}

/** Reads events of an asset, newest first, some thousand in each step. `use` gets what the statement found. */
export async function walkEvents(
  steps: ReadSteps,
  sql: string,
  { assetId, afterId, upToId }: EventRange,
  args: () => readonly InValue[],
  use: (found: unknown) => void,
): Promise<void> {
  for (let last = upToId; last > afterId; ) {
    const { rows } = await fitPage(eventsPerStep * steps.scale, (limit) =>
      steps.step((client) => client.execute({ sql, args: [assetId, afterId, last, limit, ...args()] })),
    );
    use(rows[0]?.found);
    last = Number(rows[0]?.edge);
  }
}
