/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { formatAssetKey, type JsonValue, type MetadataValue, stringifyJson } from "../../core/index.ts";
import { isArray, isJsonObject, numberText } from "../../core/json-value.ts";
import { Ago } from "./ago.tsx";
import { AssetLink } from "./asset-link.tsx";
import { renderMarkdown } from "./markdown.ts";
import { cut, UserText } from "./user-text.tsx";

interface MetadataValueProps {
  readonly value: MetadataValue;
  readonly now: number;
  /** For a value among many: text alone, of at most so many characters. */
  readonly brief?: number;
}

const mostText = 2000;
const mostRows = 50;
const mostCopied = 4096;

/** A value by its type. */
export function Metadatum({ value, now, brief }: MetadataValueProps) {
  const most = brief ?? mostText;
  switch (value.type) {
    case "text":
    case "dagster_run":
      return <UserText text={value.rawValue} most={most} />;
    case "url":
      return <WebLink url={value.rawValue} most={brief ?? 120} />;
    case "path":
    case "notebook":
      if (brief !== undefined) return <UserText text={value.rawValue} most={most} />;
      return <Copyable text={value.rawValue} />;
    case "md":
      if (brief !== undefined) return <UserText text={value.rawValue} most={most} />;
      return <div class="markdown">{raw(renderMarkdown(cut(value.rawValue, 20_000)))}</div>;
    case "int":
    case "float":
      return <span class="figure">{formatNumber(value)}</span>;
    case "bool":
      return <span class="figure">{String(value.rawValue)}</span>;
    case "null":
      return <span class="soft">null</span>;
    case "timestamp": {
      const time = value.rawValue * 1000;
      if (!(Math.abs(time) <= 8.64e15)) return <span class="figure">{String(value.rawValue)}</span>;
      return <Ago time={time} now={now} />;
    }
    case "asset":
      return value.rawValue.some((part) => part !== "") ? (
        <AssetLink assetKey={value.rawValue} />
      ) : (
        <UserText text="" />
      );
    case "table":
    case "table_schema":
      return <MetadataTable json={value.rawValue} brief={brief} />;
    case "json":
    case "table_column_lineage":
      return <Json json={value.rawValue} brief={brief} />;
  }
}

/** A value as text, for a glance. */
export function briefText(value: MetadataValue): string {
  if (value.type === "int" || value.type === "float") return formatNumber(value);
  if (value.type === "asset") return formatAssetKey(value.rawValue);
  return typeof value.rawValue === "string" ? value.rawValue : stringifyJson(value.rawValue);
}

/** A number for people: an int's thousands apart, a float as it is. */
export function formatNumber(value: MetadataValue & { readonly type: "int" | "float" }): string {
  if (value.type === "float") return String(value.rawValue);
  const { rawValue } = value;
  const digits = typeof rawValue === "number" ? String(rawValue) : rawValue[numberText];
  return cut(digits, 60).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

function WebLink({ url, most }: { readonly url: string; readonly most: number }) {
  if (!/^https?:\/\//i.test(url)) return <UserText text={url} most={most} />;
  return (
    <a href={url} rel="noopener noreferrer nofollow">
      <UserText text={url} most={most} />
    </a>
  );
}

function Copyable({ text }: { readonly text: string }) {
  return (
    <span class="copyable">
      <code>
        <UserText text={text} />
      </code>
      {text.length <= mostCopied && (
        <button type="button" class="scripted" data-copy-text={text}>
          Copy
        </button>
      )}
    </span>
  );
}

function Json({ json, brief }: { readonly json: JsonValue; readonly brief: number | undefined }) {
  const text = stringifyJson(json);
  if (brief !== undefined || text.length <= 60) return <code class="json">{cut(text, brief ?? 60)}</code>;
  const size = isArray(json) ? `${json.length} items` : isJsonObject(json) ? `${Object.keys(json).length} members` : "";
  return (
    <details>
      <summary>
        <code class="json">{cut(text, 60)}</code> <span class="soft">{size}</span>
      </summary>
      <pre tabindex={0}>
        <code>{cut(indented(json), 10_000)}</code>
      </pre>
    </details>
  );
}

/** JSON over several lines, with its digits as they were written. */
export function indented(json: JsonValue, space = ""): string {
  const inner = `${space}  `;
  if (space.length > 40) return stringifyJson(json);
  if (isArray(json) && json.length > 0) {
    return `[\n${json.map((item) => inner + indented(item, inner)).join(",\n")}\n${space}]`;
  }
  if (isJsonObject(json) && Object.keys(json).length > 0) {
    const members = Object.entries(json).map(
      ([name, member]) => `${inner}${JSON.stringify(name)}: ${indented(member, inner)}`,
    );
    return `{\n${members.join(",\n")}\n${space}}`;
  }
  return stringifyJson(json);
}

interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
}

function MetadataTable({ json, brief }: { readonly json: JsonValue; readonly brief: number | undefined }) {
  const table = rowsOf(json);
  if (brief !== undefined || table === undefined) return <Json json={json} brief={brief} />;
  return (
    <div class="scroll" tabindex={0}>
      <table class="data">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col">
                <UserText text={column} most={60} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, mostRows).map((row) => (
            <tr>
              {row.map((cell) => (
                <td>
                  <UserText text={typeof cell === "string" ? cell : stringifyJson(cell)} most={120} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > mostRows && (
        <p class="soft">
          The first {mostRows} of {table.rows.length} rows.
        </p>
      )}
    </div>
  );
}

/** The rows of what Dagster calls a table (`{records: [{…}]}`, or the records alone) or a table schema (`{columns: […]}`). */
function rowsOf(json: JsonValue): Rows | undefined {
  const records = isJsonObject(json) ? (json.records ?? json.columns) : json;
  if (!isArray(records)) return undefined;
  const objects = records.map((record) => (isJsonObject(record) && isJsonObject(record.data) ? record.data : record));
  const columns = [
    ...new Set(objects.slice(0, mostRows).flatMap((row) => (isJsonObject(row) ? Object.keys(row) : []))),
  ];
  if (columns.length === 0 || columns.length > 30) return undefined;
  return {
    columns,
    rows: objects.map((row) => columns.map((column) => (isJsonObject(row) ? (row[column] ?? "") : ""))),
  };
}
