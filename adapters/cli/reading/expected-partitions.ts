import * as v from "valibot";
import type { AssetKey } from "../../../core/index.ts";
import { readAnswer } from "../../client/answers.ts";
import { table } from "../table.ts";
import type { OpenLog } from "../with-log.ts";
import { moment, momentCell } from "./event-cells.ts";
import { formatList, noteMore, readList } from "./read-list.ts";

export interface ExpectedRequest {
  readonly key: AssetKey;
  /** True: only partitions that are missing. */
  readonly alone: boolean;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly json: boolean;
}

const state = v.optional(v.nullable(v.string()), null); // older servers do not answer it
const missing = v.array(v.object({ partition: v.string(), start: moment, end: moment, due_at: moment, state }));
const expectedPage = v.object({ missing, unexpected: v.array(v.string()) });

const mostOfPage = 1000;

/** Shows the expected partitions that were never materialized, and the partitions that the definition does not know. */
export async function showExpected(log: OpenLog, request: ExpectedRequest): Promise<void> {
  const { since, until, limit, cursor, json } = request;
  const query = { asset_key: JSON.stringify(request.key), since, until };
  const list = await readList(log, {
    ...{ path: "partitions", name: "missing", limit, cursor },
    query: { ...query, missing: "true" },
  });
  if (request.alone) {
    if (json) return console.log(formatList("missing", list));
    console.log(missingTable(v.parse(missing, list.items)));
    return noteMore(list);
  }
  const text = await log.send({
    ...{ method: "GET", path: "partitions", signal: undefined },
    query: { ...query, expected: "true", limit: Math.min(limit, mostOfPage) },
  });
  if (json) return console.log(text);
  const { unexpected } = readAnswer(expectedPage, text);
  console.log(missingTable(v.parse(missing, list.items)));
  noteMore(list);
  if (unexpected.length > 0) {
    const rows = unexpected.map((partition) => [partition]);
    console.log(`\n${table(["UNEXPECTED"], rows)}`);
  }
}

function missingTable(partitions: v.InferOutput<typeof missing>): string {
  const rows = partitions.map(({ partition, start, end, due_at: dueAt, state }) => [
    partition,
    ...[start, end, dueAt].map(momentCell),
    state ?? "",
  ]);
  return table(["MISSING", "FROM", "TO", "DUE", "STATE"], rows);
}
