/** The texts of the first items of a JSON array, and how many there are. */
export interface Items {
  readonly items: readonly string[];
  readonly total: number;
}

/** The decoded names of an object's first members with the texts of their values, and how many members there are. */
export interface Members {
  readonly members: readonly (readonly [name: string, text: string])[];
  readonly total: number;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * The texts of the first `most` items of a JSON array, found without parsing any. Undefined where the text is no array.
 * The text must be valid JSON; what stands in an item comes as it is written there.
 */
export function firstItems(text: string, most: number): Items | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openBracket) return undefined;
  const items: string[] = [];
  let total = 0;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBracket) {
    const end = endOfValue(text, at);
    if (total++ < most) items.push(text.slice(at, end));
    at = nextPart(text, end, closeBracket);
  }
  return { items, total };
}

/** As `firstItems`, for an object. A name that is repeated counts as often as it is written. */
export function firstMembers(text: string, most: number): Members | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openBrace) return undefined;
  const members: (readonly [name: string, text: string])[] = [];
  let total = 0;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBrace) {
    if (text.charCodeAt(at) !== quote) throw cutOff();
    const endOfName = endOfString(text, at);
    const start = skipSpace(text, skipSpace(text, endOfName) + 1);
    const end = endOfValue(text, start);
    if (total++ < most) members.push([decodeString(text.slice(at, endOfName)), text.slice(start, end)]);
    at = nextPart(text, end, closeBrace);
  }
  return { members, total };
}

function decodeString(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  const decoded: string = JSON.parse(token);
  return decoded.toWellFormed();
}

function nextPart(text: string, end: number, closing: number): number {
  const at = skipSpace(text, end);
  if (text.charCodeAt(at) === comma) return skipSpace(text, at + 1);
  if (text.charCodeAt(at) !== closing) throw cutOff();
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** Where the value that starts here ends. The text must be valid JSON. */
export function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  let depth = 0;
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at) - 1;
    else if (unit === openBracket || unit === openBrace) depth++;
    else if (unit === closeBracket || unit === closeBrace) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (unit === comma || isSpace(unit))) return at;
  }
  if (depth > 0) throw cutOff();
  return at;
}

/** Where the string that starts here ends, its last quote included. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === backslash) at++;
  }
  throw cutOff();
}

function cutOff(): SyntaxError {
  return new SyntaxError("The JSON text breaks off.");
}
