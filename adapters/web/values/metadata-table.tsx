/** @jsxImportSource hono/jsx */

import { rowsWithinBudget } from "../parts/page-budget.ts";
import { NameText, ValueText } from "../parts/user-text.tsx";
import { itemsOf, type JsonPart, membersOf, textOf } from "./json-part.ts";

const mostRows = 50;
const mostColumns = 30;
const mostCells = 600;
/** The characters of a cell. */
const mostCell = 120;

interface Table {
  readonly columns: readonly string[];
  /** The first rows. */
  readonly rows: readonly ReadonlyMap<string, JsonPart>[];
  readonly total: number;
  /** Whether there are more rows than were counted. */
  readonly isMore: boolean;
}

/**
 * Reads a table of Dagster: `{records: [{…}]}`, or the records alone. Returns undefined for any other value, and for a
 * table with too many columns.
 */
export function readTable(part: JsonPart): Table | undefined {
  const records = itemsOf(recordsIn(part), mostRows);
  if (records === undefined) return undefined;
  const rows: ReadonlyMap<string, JsonPart>[] = [];
  const columns = new Set<string>();
  for (const record of records.first) {
    const members = membersOf(dataIn(record), mostColumns + 1)?.first ?? [];
    for (const [name] of members) columns.add(name);
    if (columns.size > mostColumns) return undefined;
    rows.push(new Map(members));
  }
  return columns.size === 0 ? undefined : { columns: [...columns], rows, total: records.total, isMore: records.isMore };
}

function recordsIn(part: JsonPart): JsonPart {
  const members = new Map(membersOf(part, mostColumns)?.first);
  return members.get("records") ?? part;
}

/** The row of a record. It may be its member `data`. */
function dataIn(record: JsonPart): JsonPart {
  const members = membersOf(record, mostColumns)?.first ?? [];
  const data = members.find(([name]) => name === "data")?.[1];
  return data !== undefined && membersOf(data, 0) !== undefined ? data : record;
}

/** The rows of a table, as many as the page's budget allows. */
export function MetadataTable({ table: { columns, rows, total, isMore } }: { readonly table: Table }) {
  const { Row, shown } = rowsWithinBudget((row: ReadonlyMap<string, JsonPart>) => (
    <tr>
      {columns.map((column) => (
        <td>
          <ValueText text={cellText(row.get(column))} most={mostCell} />
        </td>
      ))}
    </tr>
  ));
  const Rest = () => {
    if (shown() === total && !isMore) return null;
    return (
      <p class="soft">
        {isMore ? `The first ${shown()} rows.` : `The first ${shown()} of ${total.toLocaleString("en")} rows.`}
      </p>
    );
  };
  return (
    <div class="scroll" tabindex={0}>
      <table class="data">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">
                <NameText text={column} most={60} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, Math.ceil(mostCells / columns.length)).map((row) => (
            <Row item={row} />
          ))}
        </tbody>
      </table>
      <Rest />
    </div>
  );
}

function cellText(cell: JsonPart | undefined): string {
  const text = cell === undefined ? "" : textOf(cell, mostCell);
  return text === "null" ? "" : text;
}
