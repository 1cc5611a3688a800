import { watchedPartitions } from "../../../core/freshness/index.ts";
import type { DefinitionRecord, PartitionMark } from "../../../storage/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { expecting, missingPartitions, unexpectedOf } from "../../http/assets/missing-partitions.ts";

/** What the definition of an asset expects, beside what is there. */
export interface ExpectedView {
  /** Names of expected partitions that were never materialized, in the order of their time: of the last ones. */
  readonly missing: readonly string[];
  /** Names of partitions of the page that the definition does not know. */
  readonly unexpected: readonly string[];
}

/** How many of the last expected partitions are compared with those that are there. */
const compared = 400;
/** Of how many partitions the page says which are unexpected. */
const mostNamed = 1000;

/** Undefined where no definition says which partitions there should be. */
export async function readExpected(
  log: ScopedEventLog,
  record: DefinitionRecord | undefined,
  {
    marks,
    key,
    now,
  }: { readonly marks: readonly PartitionMark[]; readonly key: readonly string[]; readonly now: number },
): Promise<ExpectedView | undefined> {
  if (record?.definition.partitions == null) return undefined;
  const definition = expecting(key, record);
  const policy = { type: "time_window", fail_window: "1d", lookback: compared } as const;
  const [oldest] = watchedPartitions(policy, definition.partitions, now).partitions;
  const page = await missingPartitions(log, key, definition, {
    ...{ now, limit: compared },
    since: oldest?.start ?? undefined,
  });
  const names = marks.slice(0, mostNamed).map(({ partition }) => partition);
  return { missing: page.missing.map(({ partition }) => partition), unexpected: unexpectedOf(definition, names) };
}
