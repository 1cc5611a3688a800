import { type JsonObject, type JsonValue, stringifyJson } from "../../../core/index.ts";
import { firstItems, firstMembers } from "../../../core/json/json-parts.ts";
import { isArray, isJsonObject, isNumberText } from "../../../core/json/json-value.ts";

/** A JSON value, as unparsed text or as a value. The functions here read no more of it than is shown. */
export type JsonPart = { readonly json: string } | { readonly value: JsonValue };

/** The JSON text of a value, cut a little after `most` characters. */
export function startOf(part: JsonPart, most: number): string {
  return "json" in part ? part.json.slice(0, most + 1) : writeStart(part.value, most);
}

function writeStart(value: JsonValue, most: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, most + 1));
  if (typeof value !== "object" || value === null || isNumberText(value))
    return stringifyJson(value).slice(0, most + 1);
  if (isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      if (text.length > most) return text;
      text += (i > 0 ? "," : "") + writeStart(value[i] ?? null, most - text.length);
    }
    return `${text}]`;
  }
  let text = "{";
  // Not Object.entries, which would make a list of all members before the first is written.
  for (const name in value) {
    if (text.length > most) return text;
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(name.slice(0, most + 1))}:`;
    text += writeStart((value as JsonObject)[name] ?? null, most - text.length); // it is no array and no number
  }
  return `${text}}`;
}

/** The text of a string, or the JSON of any other value, cut a little after `most` characters. */
export function textOf(part: JsonPart, most: number): string {
  if ("value" in part) {
    return typeof part.value === "string" ? part.value.slice(0, most + 1) : startOf(part, most);
  }
  if (!part.json.startsWith('"')) return startOf(part, most);
  return startOfString(part.json, most);
}

/** The first `most` characters of the text of a JSON string, and one more. */
function startOfString(json: string, most: number): string {
  let end = 1;
  for (let length = 0; length <= most; length++) {
    const unit = json[end];
    if (unit === '"' || unit === undefined) break;
    end += unit !== "\\" ? 1 : json[end + 1] === "u" ? 6 : 2;
  }
  const text: string = JSON.parse(`${json.slice(0, end)}"`);
  return text.toWellFormed();
}

/** The last `most` characters of the text of a string; undefined for any other value. */
function endOf(part: JsonPart, most: number): string | undefined {
  if ("value" in part) return typeof part.value === "string" ? part.value.slice(-most).toWellFormed() : undefined;
  if (!part.json.startsWith('"')) return undefined;
  const { json } = part;
  let at = Math.max(1, json.length - 1 - most);
  // An escape must not be cut. It starts up to five characters before, with a backslash that is not itself escaped.
  for (let back = 1; back <= 5 && at - back >= 1; back++) {
    if (json[at - back] !== "\\" || isEscaped(json, at - back)) continue;
    const length = json[at - back + 1] === "u" ? 6 : 2;
    if (back < length) at += length - back;
    break;
  }
  const text: string = JSON.parse(`"${json.slice(at, -1)}"`);
  return text.toWellFormed();
}

/** Whether an odd number of backslashes comes before a position in a JSON string. */
function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

const longestLine = 2000;

/** The last line that is not empty; undefined for a text of one line, and if the last line is too long. */
function lastLineOf(part: JsonPart): string | undefined {
  const end = endOf(part, longestLine)?.trimEnd();
  const at = end?.lastIndexOf("\n") ?? -1;
  return at === -1 ? undefined : end?.slice(at + 1).trim();
}

/**
 * As `textOf`, but a text of several lines that is longer than `most` gives its first lines and its last: the last line of
 * a traceback begins with the name of the error.
 */
export function linesOf(part: JsonPart, most: number): string {
  const start = textOf(part, most).replaceAll("\r\n", "\n");
  if (start.length <= most || !start.includes("\n")) return start;
  const end = endOf(part, Math.floor(most / 2))
    ?.replaceAll("\r\n", "\n")
    .trimEnd();
  if (end === undefined) return start;
  const last = end.includes("\n") ? end.slice(end.indexOf("\n") + 1) : longLastLine(part, end);
  const first = start.slice(0, Math.max(0, most - last.length - 3));
  const whole = first.slice(0, Math.max(first.lastIndexOf("\n"), 0)) || first;
  return `${whole}\n…\n${last}`;
}

/** The beginning of a last line that is longer than `end`. */
function longLastLine(part: JsonPart, end: string): string {
  const line = lastLineOf(part);
  return line === undefined ? `…${end}` : `${line.slice(0, end.length - 1).toWellFormed()}…`;
}

const mostOfLine = 300;
const error = /^Traceback |\b\w*(Error|Exception|Failure|FAILED|panic)\b/;

/**
 * The most useful line of a text: the last line of an error with several lines, else the first line. An ellipsis stands
 * for the lines before or after it.
 */
export function firstSeenLine(part: JsonPart, most: number): string {
  const start = textOf(part, Math.max(most, mostOfLine));
  if (!start.includes("\n")) return start;
  const first = start.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
  const last = lastLineOf(part) ?? "";
  return last !== "" && (error.test(last) || error.test(first))
    ? `…${last}`
    : `${first}${first.length < most ? "…" : ""}`;
}

interface Parts<Part> {
  readonly first: readonly Part[];
  readonly total: number;
  /** Whether there are more than `total`: in a long text, only the parts that are shown are counted. */
  readonly isMore: boolean;
}

/** The parts of a text up to this length are all counted. */
const countedLength = 200_000;

function partsOf<Part>(first: readonly Part[], total: number, counted: number): Parts<Part> {
  return total < counted ? { first, total, isMore: false } : { first, total: first.length, isMore: true };
}

function countedIn(json: string, most: number): number {
  return json.length > countedLength ? most + 1 : Number.POSITIVE_INFINITY;
}

/** The first items of an array; undefined for any other value. */
export function itemsOf(part: JsonPart, most: number): Parts<JsonPart> | undefined {
  if ("json" in part) {
    const counted = countedIn(part.json, most);
    const found = firstItems(part.json, most, counted);
    const items = found?.items.map((json) => ({ json })) ?? [];
    return found && partsOf(items, found.total, counted);
  }
  const { value } = part;
  if (!isArray(value)) return undefined;
  return { first: value.slice(0, most).map((value) => ({ value })), total: value.length, isMore: false };
}

/** The first members of an object; undefined for any other value. */
export function membersOf(part: JsonPart, most: number): Parts<readonly [name: string, part: JsonPart]> | undefined {
  if ("json" in part) {
    const counted = countedIn(part.json, most);
    const found = firstMembers(part.json, most, counted);
    const members = found?.members.map(([name, json]) => [name, { json }] as const) ?? [];
    return found && partsOf(members, found.total, counted);
  }
  const { value } = part;
  if (!isJsonObject(value)) return undefined;
  const names = Object.keys(value);
  const first = names.slice(0, most).map((name) => [name, { value: value[name] ?? null }] as const);
  return { first, total: names.length, isMore: false };
}

const deepest = 20;

/** Indents compact JSON, or the beginning of it, and keeps its digits. */
export function indented(json: string, most: number): string {
  let text = "";
  let depth = 0;
  const line = () => (depth > deepest ? "" : `\n${"  ".repeat(depth)}`);
  for (let at = 0; at < json.length && text.length <= most; ) {
    const [token = ""] = tokenAt(json, at);
    at += token.length;
    if (token === "{" || token === "[") {
      const [next = ""] = tokenAt(json, at);
      if (next === "}" || next === "]") {
        text += token + next;
        at += next.length;
      } else {
        depth++;
        text += token + line();
      }
    } else if (token === "}" || token === "]") {
      depth--;
      text += line() + token;
    } else if (token === ",") text += token + line();
    else if (token === ":") text += depth > deepest ? token : ": ";
    else text += token.slice(0, most + 1);
  }
  return text;
}

/** The token at a position; the rest of the text if a string is cut off. */
function tokenAt(json: string, at: number): readonly string[] {
  token.lastIndex = at;
  return token.exec(json) ?? [json.slice(at)];
}

const token = /[{}[\],:]|"(?:[^"\\]+|\\.)*"?|[^{}[\],:"]+/sy;
