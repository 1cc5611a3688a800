/** The texts of the first items of a JSON array, and how many there are. */
interface Items {
  readonly items: readonly string[];
  readonly total: number;
}

/** The decoded names of an object's first members with the texts of their values, and how many members there are. */
interface Members {
  readonly members: readonly (readonly [name: string, text: string])[];
  readonly total: number;
}

const quote = 0x22;
const comma = 0x2c;
const bracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const brace = 0x7b;
const closeBrace = 0x7d;

/**
 * The texts of the first `most` items of a JSON array, found without parsing them. Undefined if the text is no array.
 * The text must be valid JSON. Items are given as they are written. Counting stops at `counted`, and so does the
 * search.
 */
export function firstItems(text: string, most: number, counted = Number.POSITIVE_INFINITY): Items | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== bracket) return undefined;
  const items: string[] = [];
  let total = 0;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBracket && total < counted) {
    const end = endOfValue(text, at);
    if (total++ < most) items.push(text.slice(at, end));
    at = nextPart(text, end, closeBracket);
  }
  return { items, total };
}

/** As `firstItems`, for an object. Each repetition of a name counts. */
export function firstMembers(text: string, most: number, counted = Number.POSITIVE_INFINITY): Members | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== brace) return undefined;
  const members: (readonly [name: string, text: string])[] = [];
  let total = 0;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) !== closeBrace && total < counted) {
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

/** The end of the value that starts here. The text must be valid JSON. */
export function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === quote) return endOfString(text, start);
  if (isOpening(first)) return endOfContainer(text, start);
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === comma || isClosing(unit) || isSpace(unit)) return at;
  }
  return text.length;
}

function endOfContainer(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at) - 1;
    else if (unit < bracket)
      continue; // digits, commas and other characters outside strings, which are most
    else if (isOpening(unit)) depth++;
    else if (isClosing(unit) && --depth === 0) return at + 1;
  }
  throw cutOff();
}

// A bracket and a brace differ in one bit.
function isOpening(unit: number): boolean {
  return (unit | 0x20) === brace;
}

function isClosing(unit: number): boolean {
  return (unit | 0x20) === closeBrace;
}

/** How many characters of a string are checked one by one. */
const nearby = 32;

/** The index behind the last quote of the string that starts here. */
function endOfString(text: string, start: number): number {
  const near = Math.min(start + nearby, text.length);
  for (let at = start + 1; at < near; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === backslash) return endOfEscaped(text, at);
  }
  const end = text.indexOf('"', near);
  const escaped = text.slice(near, end).indexOf("\\");
  if (end === -1) throw cutOff();
  return escaped === -1 ? end + 1 : endOfEscaped(text, near + escaped);
}

/** As `endOfString`, from a backslash on. */
function endOfEscaped(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === backslash) at++;
  }
  throw cutOff();
}

function cutOff(): SyntaxError {
  return new SyntaxError("The JSON text breaks off.");
}
