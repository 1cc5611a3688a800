// Partitions named after days or hours, laid out so that a gap is seen: the same where the server writes the cells and
// where the page makes them.

const day = 86_400_000;
const hour = 3_600_000;
/** How many of the last gaps are said. */
const mostSaid = 6;

/**
 * @typedef {{ readonly label: string, readonly cells: readonly (string | null)[], readonly lead: number }} CalendarRow
 *   Names in their order, null for what is missing; `lead` places before them are empty.
 * @typedef {{ readonly label: string, readonly rows: readonly CalendarRow[] }} CalendarBlock
 * @typedef {object} Calendar
 * @property {"days" | "hours"} unit
 * @property {readonly CalendarBlock[] | undefined} blocks a block for each year of days or month of hours, a row for
 *   each month or day; undefined where gaps would take more room than what there is
 * @property {number} missing
 * @property {string} says which are missing; empty where none is
 */

/**
 * The calendar of names that are days or hours, most of them following one another. Undefined for other names.
 * @param {readonly string[]} names in their order
 * @returns {Calendar | undefined}
 */
export function calendarOf(names) {
  const first = names[0] ?? "";
  const shape = shapeOf(first);
  if (shape === undefined || names.length < 3) return undefined;
  const times = names.map((name) => (shapeOf(name)?.form === shape.form ? timeOf(name) : Number.NaN));
  const unit = shape.isHour ? hour : day;
  let following = 0;
  for (const [i, time] of times.entries()) {
    const step = time - (times[i - 1] ?? time - unit);
    if (!(step > 0)) return undefined;
    if (i > 0 && step === unit) following++;
  }
  if (following * 2 < names.length - 1) return undefined;
  const [start = 0, end = 0] = [times[0], times.at(-1)];
  const missing = Math.round((end - start) / unit) + 1 - names.length;
  const has = new Set(times);
  /** @type {(time: number) => string} */
  const nameOf = (time) => named(first, time);
  const says = missing === 0 ? "" : sayGaps(times, unit, nameOf, missing);
  const isDense = missing <= 3 * names.length + 40;
  return {
    unit: shape.isHour ? "hours" : "days",
    blocks: isDense ? blocksOf(start, end, unit, (time) => (has.has(time) ? nameOf(time) : null)) : undefined,
    missing,
    says,
  };
}

const pattern = /^(\d{4})([-/.]?)(\d\d)([-/.]?)(\d\d)(?:([-T ]?)(\d\d)((?::00){0,2}(?:Z|[+-]\d\d:?\d\d)?))?$/;

/** @param {string} name */
function shapeOf(name) {
  const found = pattern.exec(name);
  if (!found) return undefined;
  const [, , a, , b, , c = "", clock, rest = ""] = found;
  return a === b ? { form: [a, c, clock === undefined, rest].join(), isHour: clock !== undefined } : undefined;
}

/** As if it were UTC; NaN where there is no such time. @param {string} name */
function timeOf(name) {
  const [, year, , month, , date, , clock = "0"] = pattern.exec(name) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(clock));
  return named(name, time) === name ? time : Number.NaN;
}

/** A time in the form of another name. @type {(like: string, time: number) => string} */
function named(like, time) {
  const digits = new Date(time).toISOString().replace(/\D/g, "");
  const count = /^(\d{4})([-/.]?)(\d\d)([-/.]?)(\d\d)([-T ]?\d\d)?/.exec(like)?.[6] === undefined ? 8 : 10;
  let at = 0;
  return like.replace(/\d/g, (digit) => (at < count ? (digits[at++] ?? digit) : digit));
}

/** @type {(times: readonly number[], unit: number, nameOf: (time: number) => string, missing: number) => string} */
function sayGaps(times, unit, nameOf, missing) {
  /** @type {string[]} */
  const gaps = [];
  let said = 0;
  for (let i = times.length - 1; i > 0 && gaps.length < mostSaid; i--) {
    const [from = 0, to = 0] = [(times[i - 1] ?? 0) + unit, (times[i] ?? 0) - unit];
    if (from > to) continue;
    said += Math.round((to - from) / unit) + 1;
    if (to - from > unit) gaps.unshift(`${nameOf(from)} to ${nameOf(to)}`);
    else gaps.unshift(...(from === to ? [nameOf(from)] : [nameOf(from), nameOf(to)]));
  }
  const others = missing - said;
  return `${missing.toLocaleString("en")} missing: ${others > 0 ? "…, " : ""}${gaps.join(", ")}`;
}

/** @type {(start: number, end: number, unit: number, cellOf: (time: number) => string | null) => CalendarBlock[]} */
function blocksOf(start, end, unit, cellOf) {
  /** @type {{ label: string, rows: { label: string, lead: number, cells: (string | null)[] }[] }[]} */
  const blocks = [];
  for (let time = start; time <= end; time += unit) {
    const iso = new Date(time).toISOString();
    const [ofBlock, ofRow] = unit === day ? [iso.slice(0, 4), monthOf(time)] : [iso.slice(0, 7), iso.slice(8, 10)];
    let block = blocks.at(-1);
    if (block?.label !== ofBlock) {
      block = { label: ofBlock, rows: [] };
      blocks.push(block);
    }
    let row = block.rows.at(-1);
    if (row?.label !== ofRow) {
      const place = unit === day ? new Date(time).getUTCDate() - 1 : new Date(time).getUTCHours();
      row = { label: ofRow, lead: place, cells: [] };
      block.rows.push(row);
    }
    row.cells.push(cellOf(time));
  }
  return blocks;
}

/** @param {number} time */
function monthOf(time) {
  return new Date(time).toLocaleDateString("en", { month: "short", timeZone: "UTC" });
}

/**
 * What stands over the columns of a block.
 * @param {"days" | "hours"} unit
 */
export function headOf(unit) {
  return unit === "days" ? ["1", "8", "15", "22", "29"] : ["00", "06", "12", "18"];
}
