/** @jsxImportSource hono/jsx */
import type { RecordedEvent } from "../../../core/index.ts";
import { pageBudget, rowsWithinBudget } from "../parts/page-budget.ts";
import { LinesText, NameText, UserText } from "../parts/user-text.tsx";
import { detailsOf, type Entry } from "./event-details.ts";
import { itemsOf, type JsonPart, linesOf, membersOf, startOf, textOf } from "./json-part.ts";

const mostColumns = 300;
const mostMembers = 40;
const mostConstraints = 12;
const mostText = 120;
const mostDescribed = 500;

/** The id of a schema's table on a page. */
export function schemaId({ id }: RecordedEvent, { name }: Entry): string {
  // A hash, because names may be long and have any characters.
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  return `schema-${id}-${hash.toString(36)}`;
}

/** How many columns a schema (`{columns: […]}`) has, in words; undefined for any other value. */
export function columnCount(part: JsonPart): string | undefined {
  const columns = columnsOf(part);
  if (columns === undefined) return undefined;
  const count = columns.total.toLocaleString("en");
  return `${columns.isMore ? "more than " : ""}${count} ${columns.total === 1 ? "column" : "columns"}`;
}

function columnsOf(part: JsonPart) {
  const columns = membersOf(part, mostMembers)?.first.find(([name]) => name === "columns")?.[1];
  return columns && itemsOf(columns, mostColumns);
}

/** The table schemas in the metadata of events, each as a table of the page's whole width. */
export function TableSchemas({ events }: { readonly events: readonly RecordedEvent[] }) {
  const all = events.flatMap((event) =>
    detailsOf(event)
      .entries.filter(({ type, part }) => type === "table_schema" && columnsOf(part) !== undefined)
      .map((entry) => ({ event, entry })),
  );
  if (all.length === 0) return null;
  return (
    <div id="schemas" data-swap>
      {all.map(({ event, entry }) => (
        <TableSchema event={event} entry={entry} />
      ))}
    </div>
  );
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly constraints: readonly string[];
  readonly tags: readonly string[];
  readonly description: JsonPart | undefined;
}

function TableSchema({ event, entry }: { readonly event: RecordedEvent; readonly entry: Entry }) {
  if (pageBudget().isSpent) return null;
  const id = schemaId(event, entry);
  const ofTable = constraintsOf(new Map(membersOf(entry.part, mostMembers)?.first).get("constraints"));
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        <NameText text={entry.name} most={100} /> <span class="soft">{columnCount(entry.part)}</span>
      </h2>
      {ofTable.length > 0 && (
        <p>
          <span class="soft">Of the table:</span> <UserText text={ofTable.join(", ")} most={500} />
        </p>
      )}
      <Columns event={event} entry={entry} />
    </section>
  );
}

/** Which of the optional columns of the table have a value in some row. */
interface UsedColumns {
  readonly constraints: boolean;
  readonly tags: boolean;
  readonly description: boolean;
}

function Columns({ event, entry }: { readonly event: RecordedEvent; readonly entry: Entry }) {
  const found = columnsOf(entry.part);
  const columns = (found?.first ?? []).map(readColumn);
  const used = {
    constraints: columns.some(({ constraints }) => constraints.length > 0),
    tags: columns.some(({ tags }) => tags.length > 0),
    description: columns.some(({ description }) => description !== undefined),
  };
  const { Row, shown } = rowsWithinBudget((column: Column) => <ColumnRow column={column} used={used} />);
  const Rest = () =>
    found === undefined || (shown() === found.total && !found.isMore) ? null : (
      <p class="soft">
        The first {shown()} columns: the others are in the <a href={`/event.json?id=${event.id}`}>event’s JSON</a>.
      </p>
    );
  return (
    <>
      <table class="schema">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            {used.constraints && <th scope="col">Constraints</th>}
            {used.description && <th scope="col">Description</th>}
            {used.tags && <th scope="col">Tags</th>}
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <Row item={column} />
          ))}
        </tbody>
      </table>
      <Rest />
    </>
  );
}

function ColumnRow({ column, used }: { readonly column: Column; readonly used: UsedColumns }) {
  const { name, type, constraints, description, tags } = column;
  return (
    <tr>
      <th scope="row">
        <NameText text={name} most={200} />
      </th>
      <td>
        <UserText text={type} most={mostText} />
      </td>
      {used.constraints && <td>{constraints.length > 0 && <UserText text={constraints.join(", ")} />}</td>}
      {used.description && (
        <td>{description && <LinesText text={linesOf(description, mostDescribed)} most={mostDescribed} />}</td>
      )}
      {used.tags && <td class="soft">{tags.length > 0 && <UserText text={tags.join(", ")} />}</td>}
    </tr>
  );
}

function readColumn(part: JsonPart): Column {
  const members = new Map(membersOf(part, mostMembers)?.first);
  const text = (name: string) => {
    const found = members.get(name);
    return found === undefined || startOf(found, 4) === "null" ? "" : textOf(found, 1000);
  };
  const description = members.get("description");
  const tags = members.get("tags");
  return {
    name: text("name"),
    type: text("type"),
    constraints: constraintsOf(members.get("constraints")),
    tags: (tags && membersOf(tags, mostConstraints)?.first.map(([name, value]) => tagText(name, value))) ?? [],
    description: text("description") === "" ? undefined : description,
  };
}

/** A tag of Dagster without a value is its name alone. */
function tagText(name: string, value: JsonPart): string {
  const text = textOf(value, mostText);
  return text === "" ? name.slice(0, mostText) : `${name.slice(0, mostText)}: ${text}`;
}

/** The constraints of a column or of the table, in words. */
function constraintsOf(part: JsonPart | undefined): readonly string[] {
  if (part === undefined) return [];
  const all = membersOf(part, mostMembers)?.first ?? [];
  return all.flatMap(([name, value]) => {
    const json = startOf(value, 5);
    if (name === "nullable") return json === "false" ? ["not null"] : [];
    if (json === "true") return [name];
    if (json === "false" || json === "null") return [];
    const items = itemsOf(value, mostConstraints);
    if (items !== undefined) {
      const texts = items.first.map((item) => textOf(item, mostText));
      return items.total > texts.length ? [...texts, "…"] : texts;
    }
    return [`${name}: ${textOf(value, mostText)}`];
  });
}
