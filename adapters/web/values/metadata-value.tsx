/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { formatAssetKey, parseJson } from "../../../core/index.ts";
import { isArray, isNumberText, numberText } from "../../../core/json/json-value.ts";
import { exactFigure, grouped } from "../browser/figures.js";
import { Ago } from "../parts/ago.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { pageBudget } from "../parts/page-budget.ts";
import { LinesText, UserText, ValueText, visibleLine } from "../parts/user-text.tsx";
import { cut, visible } from "../parts/visible-text.ts";
import type { Entry } from "./event-details.ts";
import { firstSeenLine, indented, itemsOf, type JsonPart, linesOf, membersOf, startOf, textOf } from "./json-part.ts";
import { longestMarkdown, renderMarkdown } from "./markdown.ts";
import { MetadataTable, readTable } from "./metadata-table.tsx";
import { columnCount } from "./table-schema.tsx";

interface MetadatumProps {
  readonly entry: Entry;
  readonly now: number;
  /** For a value in a list: text alone, of at most so many characters. Default: the full form. */
  readonly brief?: number;
  /** Whether a long text is unfolded. */
  readonly isOpen?: boolean;
  /** The id of the table that shows a table schema. */
  readonly schemaId?: string;
}

const mostText = 2000;
const mostCopied = 4096;
const mostAddress = 4096;

/** Shows a value by its type. It reads no more of a large value than it shows. */
export function Metadatum({ entry: { type, part }, now, brief, isOpen = false, schemaId }: MetadatumProps) {
  const most = brief ?? mostText;
  switch (type) {
    case "text":
      return brief === undefined ? (
        <LongText part={part} isOpen={isOpen} />
      ) : (
        <ValueText text={linesOf(part, most)} most={most} />
      );
    case "dagster_run":
      return <UserText text={textOf(part, most)} most={most} />;
    case "url":
      return <WebLink part={part} most={brief ?? 120} />;
    case "path":
    case "notebook":
      if (brief !== undefined) return <UserText text={textOf(part, most)} most={most} />;
      return <Copyable part={part} />;
    case "md":
      if (brief !== undefined) return <ValueText text={textOf(part, most)} most={most} />;
      return <Markdown part={part} />;
    case "int":
    case "float":
      return <Figure text={numberOf(type, part)} />;
    case "bool":
    case "null":
      return <span class={type === "null" ? "soft" : "figure"}>{startOf(part, mostDigits)}</span>;
    case "timestamp": {
      const time = Number(textOf(part, mostDigits)) * 1000;
      if (!(Math.abs(time) <= 8.64e15)) return <Figure text={numberOf("float", part)} />;
      return <Ago time={time} now={now} />;
    }
    case "asset":
      return <AssetValue part={part} />;
    case "table_schema": {
      const text = columnCount(part);
      if (text === undefined) return <Json part={part} brief={brief} />;
      return brief !== undefined || schemaId === undefined ? <span>{text}</span> : <a href={`#${schemaId}`}>{text}</a>;
    }
    case "table": {
      const table = brief === undefined && !pageBudget().isSpent ? readTable(part) : undefined;
      return table === undefined ? <Json part={part} brief={brief} /> : <MetadataTable table={table} />;
    }
    case "json":
    case "table_column_lineage":
      return <Json part={part} brief={brief} />;
  }
}

/** A value as text for a preview, cut a little after `most` characters. */
export function briefText({ type, part }: Entry, most: number): string {
  if (type === "int" || type === "float") return numberOf(type, part);
  if (type === "asset") return formatAssetKey(keyIn(part) ?? []);
  if (type === "table_schema") return columnCount(part) ?? textOf(part, most);
  return type === "text" ? firstSeenLine(part, most) : textOf(part, most);
}

/** Texts with more lines are folded, and long texts of several lines. */
const fewLines = 6;
const mostFolded = 10_000;

function LongText({ part, isOpen }: { readonly part: JsonPart; readonly isOpen: boolean }) {
  const text = textOf(part, mostText);
  const lines = text.split("\n").length;
  if (lines <= fewLines && (lines === 1 || text.length <= mostText)) {
    return <ValueText text={linesOf(part, mostText)} most={mostText} />;
  }
  const summary = pageBudget().cut(firstSeenLine(part, mostSummary), mostSummary, visibleLine);
  if (pageBudget().isSpent) return <bdi>{summary.text}</bdi>;
  return (
    <details open={isOpen}>
      <summary>
        <bdi>{summary.isCut ? `${summary.text}…` : summary.text}</bdi>
      </summary>
      <pre tabindex={0}>
        <LinesText text={linesOf(part, mostFolded)} most={mostFolded} />
      </pre>
    </details>
  );
}

const mostSummary = 200;
const mostDigits = 60;

/** A number up to this length never breaks. In characters. */
const mostUnbroken = 26;

/** A number. A long one may break between groups of thousands, so that it fits a phone. */
function Figure({ text }: { readonly text: string }) {
  if (text.length <= mostUnbroken) return <span class="figure whole">{text}</span>;
  return (
    <span class="figure">
      {text.split(/(?<=,)/).map((digits) => (
        <>
          {digits}
          <wbr />
        </>
      ))}
    </span>
  );
}

/** A number with all its digits, grouped by thousands. */
function numberOf(type: "int" | "float", part: JsonPart): string {
  const digits = digitsOf(part);
  if (type === "float" && Number.isFinite(Number(digits))) return exactFigure(Number(digits));
  return grouped(cut(digits, mostDigits));
}

/** The digits of a number. Large ints, NaN and Infinity are strings in JSON. */
function digitsOf(part: JsonPart): string {
  if ("json" in part) return textOf(part, mostDigits);
  return isNumberText(part.value) ? part.value[numberText].slice(0, mostDigits + 1) : String(part.value);
}

function WebLink({ part, most }: { readonly part: JsonPart; readonly most: number }) {
  const text = textOf(part, mostAddress);
  const isWhole = text.length <= mostAddress && /^https?:\/\//i.test(text);
  const href = isWhole ? pageBudget().address(text.length, () => text) : undefined;
  const shown = <UserText text={text} most={most} />;
  return href === undefined ? (
    shown
  ) : (
    <a href={href} rel="noopener noreferrer nofollow">
      {shown}
    </a>
  );
}

function Copyable({ part }: { readonly part: JsonPart }) {
  const text = textOf(part, mostCopied);
  const copied = text.length <= mostCopied ? pageBudget().address(text.length, () => text) : undefined;
  return (
    <span class="copyable">
      <code>
        <UserText text={text} />
      </code>
      {copied !== undefined && (
        <button type="button" class="scripted" data-copy-text={copied}>
          Copy
        </button>
      )}
    </span>
  );
}

/** Renders Markdown if all of it fits the budget: a part of it might mean something else. */
function Markdown({ part }: { readonly part: JsonPart }) {
  const text = textOf(part, longestMarkdown);
  const html =
    text.length <= longestMarkdown && pageBudget().takeMarkdown(text.length)
      ? renderMarkdown(visible(text))
      : undefined;
  if (html !== undefined) return <div class="markdown">{raw(html)}</div>;
  return (
    <div class="unrendered">
      <UserText text={text} most={mostText} />
    </div>
  );
}

const mostKeyLength = 10_000;

function AssetValue({ part }: { readonly part: JsonPart }) {
  const key = keyIn(part);
  if (key === undefined) return <UserText text={textOf(part, mostText)} most={120} />;
  return key.some((value) => value !== "") ? <AssetLink assetKey={key} /> : <UserText text="" />;
}

/** The asset key in a value; undefined if it is longer than keys are. */
function keyIn(part: JsonPart): readonly string[] | undefined {
  const json = startOf(part, mostKeyLength);
  if (json.length > mostKeyLength) return undefined;
  const key = parseJson(json);
  return isArray(key) ? key.map(String) : undefined;
}

const shortJson = 60;
const mostJson = 10_000;

function Json({ part, brief }: { readonly part: JsonPart; readonly brief: number | undefined }) {
  const most = brief ?? shortJson;
  const start = startOf(part, most);
  const summary = pageBudget().cut(start, most);
  const code = <code class="json">{summary.isCut ? `${summary.text}…` : summary.text}</code>;
  if (brief !== undefined || start.length <= shortJson || pageBudget().isSpent) return code;
  const { text, isCut } = pageBudget().cut(indented(startOf(part, mostJson), mostJson), mostJson);
  return (
    <details>
      <summary>
        {code} <span class="soft">{sizeOf(part)}</span>
      </summary>
      <pre tabindex={0}>
        <code>{isCut ? `${text}…` : text}</code>
      </pre>
    </details>
  );
}

/** The size of a value, in words. */
function sizeOf(part: JsonPart): string {
  const items = itemsOf(part, 0);
  const parts = items ?? membersOf(part, 0);
  if (parts === undefined) return "";
  if (parts.isMore && "json" in part) return `${part.json.length.toLocaleString("en")} characters`;
  const [one, many] = items === undefined ? ["member", "members"] : ["item", "items"];
  return `${parts.total.toLocaleString("en")} ${parts.total === 1 ? one : many}`;
}
