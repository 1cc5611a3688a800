import { type JsonObject, type JsonValue, stringifyJson } from "../../../core/index.ts";
import { firstItems, firstMembers } from "../../../core/json/json-text.ts";
import { isArray, isJsonObject, isNumberText } from "../../../core/json/json-value.ts";

/** A value of JSON: as text, of which nothing is parsed, or as what it is. Its functions look at no more than is shown. */
export type JsonPart = { readonly json: string } | { readonly value: JsonValue };

/** What `stringifyJson` writes, or its start: a little more than `most` characters where there is more. */
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
    text += writeStart((value as JsonObject)[name] ?? null, most - text.length); // neither array nor number
  }
  return `${text}}`;
}

/** A text as it is, or JSON of whatever else it is: the start of it, a little more than `most` characters. */
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

/** The last `most` characters of the text of a JSON string or of what is one; undefined for anything else. */
function endOf(part: JsonPart, most: number): string | undefined {
  if ("value" in part) return typeof part.value === "string" ? part.value.slice(-most).toWellFormed() : undefined;
  if (!part.json.startsWith('"')) return undefined;
  const { json } = part;
  let at = Math.max(1, json.length - 1 - most);
  // Inside of an escape it would say something else: that starts up to five characters before, with a backslash that is
  // itself none's second half.
  for (let back = 1; back <= 5 && at - back >= 1; back++) {
    if (json[at - back] !== "\\" || isEscaped(json, at - back)) continue;
    const length = json[at - back + 1] === "u" ? 6 : 2;
    if (back < length) at += length - back;
    break;
  }
  const text: string = JSON.parse(`"${json.slice(at, -1)}"`);
  return text.toWellFormed();
}

/** Whether an odd number of backslashes stands before a place in a JSON string. */
function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

const longestLine = 2000;

/** The last line that is not empty, of a text whose end has one that is not too long; undefined for other texts. */
function lastLineOf(part: JsonPart): string | undefined {
  const end = endOf(part, longestLine)?.trimEnd();
  const at = end?.lastIndexOf("\n") ?? -1;
  return at === -1 ? undefined : end?.slice(at + 1).trim();
}

/**
 * A text as `textOf` gives it, but of one with several lines that is longer than `most` the first lines and the last: what
 * a traceback says stands at its end, and the error's name at the beginning of the last line.
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

/** The beginning of a last line that is longer than its `end`. */
function longLastLine(part: JsonPart, end: string): string {
  const line = lastLineOf(part);
  return line === undefined ? `…${end}` : `${line.slice(0, end.length - 1).toWellFormed()}…`;
}

const mostOfLine = 300;
const error = /^Traceback |\b\w*(Error|Exception|Failure|FAILED|panic)\b/;

/**
 * The line to be seen first where there is room for one: of an error that takes several lines the last one, of other text
 * the first. A sign stands for the lines before or after it.
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

export interface Parts<Part> {
  readonly first: readonly Part[];
  readonly total: number;
  /** Whether there are more than `total`: of a long text only what is shown is counted. */
  readonly isMore: boolean;
}

/** A text up to this length is gone through to count what is in it. */
const countedLength = 200_000;

function partsOf<Part>(first: readonly Part[], total: number, counted: number): Parts<Part> {
  return total < counted ? { first, total, isMore: false } : { first, total: first.length, isMore: true };
}

function countedIn(json: string, most: number): number {
  return json.length > countedLength ? most + 1 : Number.POSITIVE_INFINITY;
}

/** The first items of an array; undefined where it is none. */
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

/** The first members of an object; undefined where it is none. */
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

/** JSON over several lines, with its digits as they were written: of its compact text, or of the beginning of that. */
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

/** The token that starts here; of a string that is cut off, what there is of it. */
function tokenAt(json: string, at: number): readonly string[] {
  token.lastIndex = at;
  return token.exec(json) ?? [json.slice(at)];
}

const token = /[{}[\],:]|"(?:[^"\\]+|\\.)*"?|[^{}[\],:"]+/sy;
