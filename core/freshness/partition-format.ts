import { InvalidRuleError } from "./invalid-rule-error.ts";

/** A strftime format of partition names. */
export interface PartitionFormat {
  /** The name for a wall-clock time and an offset from UTC, both in milliseconds: see TimeZone. */
  format(wallClock: number, offset: number): string;
  /** The wall-clock time of a name, and its offset if the format has one. Undefined for a name that is not of this format. */
  parse(name: string): { readonly wallClock: number; readonly offset: number | null } | undefined;
  readonly directives: ReadonlySet<string>;
}

const pad = (value: number, length: number) => String(value).padStart(length, "0");

const directives: Readonly<Record<string, { readonly pattern: string; write(at: Date, offset: number): string }>> = {
  "%Y": { pattern: "(\\d{4})", write: (at) => pad(at.getUTCFullYear(), 4) },
  "%m": { pattern: "(\\d\\d)", write: (at) => pad(at.getUTCMonth() + 1, 2) },
  "%d": { pattern: "(\\d\\d)", write: (at) => pad(at.getUTCDate(), 2) },
  "%H": { pattern: "(\\d\\d)", write: (at) => pad(at.getUTCHours(), 2) },
  "%M": { pattern: "(\\d\\d)", write: (at) => pad(at.getUTCMinutes(), 2) },
  "%z": { pattern: "([+-]\\d{4})", write: (_at, offset) => formatOffset(offset) },
};

/** An offset in milliseconds as %z writes it, such as `+0100`. */
export function formatOffset(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
}

/** Parses an offset such as `+0100` to milliseconds. */
export function parseOffset(text: string): number {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3, 5));
  return (text.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** Reads a format of %Y, %m, %d, %H, %M and %z. Throws InvalidRuleError for any other directive. */
export function partitionFormat(fmt: string): PartitionFormat {
  const pieces = fmt.match(/%.?|[^%]+/gs) ?? [];
  const unknown = pieces.find((piece) => piece.startsWith("%") && piece !== "%%" && !Object.hasOwn(directives, piece));
  if (unknown !== undefined) {
    throw new InvalidRuleError(
      "fmt",
      `fmt has ${unknown}: it may have ${Object.keys(directives).join(" ")} and plain text`,
    );
  }
  const used = pieces.filter((piece) => piece !== "%%" && piece.startsWith("%"));
  const literal = (piece: string) => (piece === "%%" ? "%" : piece);
  const pattern = pieces.map((piece) => directives[piece]?.pattern ?? escapePattern(literal(piece))).join("");
  const reader = new RegExp(`^${pattern}$`);

  function format(wallClock: number, offset: number): string {
    const at = new Date(wallClock);
    return pieces.map((piece) => directives[piece]?.write(at, offset) ?? literal(piece)).join("");
  }

  return {
    format,
    parse(name) {
      const found = reader.exec(name);
      if (found === null) return undefined;
      const values = new Map(used.map((directive, i) => [directive, found[i + 1] ?? ""]));
      const number = (directive: string, byDefault: number) => Number(values.get(directive) ?? byDefault);
      const wallClock = Date.UTC(
        number("%Y", 1970),
        number("%m", 1) - 1,
        number("%d", 1),
        number("%H", 0),
        number("%M", 0),
      );
      const zone = values.get("%z");
      const offset = zone === undefined ? null : parseOffset(zone);
      // A day that does not exist, such as February 30, is formatted as another one.
      return format(wallClock, offset ?? 0) === name ? { wallClock, offset } : undefined;
    },
    directives: new Set(used),
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
