// Lays partitions that are named after days or hours out in a calendar, so that gaps are visible. The server and the page
// use the same code.

const day = 86_400_000;
const hour = 3_600_000;
/** How many of the last gaps are listed. */
const mostSaid = 6;

/** A gap of more units than this is no gap if it is longer than all else: a name in it is a typing error, or a new start. */
const longestGap = 40;
/** Of so many names one may have another form. */
const namesPerStray = 10;

/**
 * @typedef {{ readonly label: string, readonly cells: readonly (string | null)[], readonly lead: number }} CalendarRow
 *   Names in their order, null for what is missing; `lead` cells before them are empty.
 * @typedef {{ readonly label: string, readonly rows: readonly CalendarRow[], readonly isOther?: boolean }} CalendarBlock
 *   `isOther`: its names have another form, and its columns mean nothing.
 * @typedef {object} Calendar
 * @property {"days" | "hours"} unit
 * @property {(() => readonly CalendarBlock[]) | undefined} blocks a block for each year of days or month of hours, a row
 *   for each month or day, and a block for the names of another form; undefined if gaps would take more room than what
 *   there is
 * @property {number} missing
 * @property {string} says which are missing; empty if none is
 * @property {readonly string[]} apart sentences on gaps that are longer than all else, and not counted as missing
 * @property {readonly string[]} strays the names of another form
 */

/**
 * The calendar of names that are days or hours, most of them following one another. Undefined for other names. One name
 * in ten may have another form.
 * @param {readonly string[]} names in their order
 * @returns {Calendar | undefined}
 */
export function calendarOf(names) {
  const form = commonForm(names);
  if (form === undefined) return undefined;
  const timed = names.map((name) => ({ name, time: timeOf(name, form) }));
  const regular = timed.filter(({ time }) => !Number.isNaN(time));
  const strays = timed.filter(({ time }) => Number.isNaN(time)).map(({ name }) => name);
  if (regular.length < 3 || strays.length * namesPerStray > names.length) return undefined;
  const times = regular.map(({ time }) => time);
  const unit = form.isHour ? hour : day;
  let following = 0;
  for (const [i, time] of times.entries()) {
    const step = time - (times[i - 1] ?? time - unit);
    if (!(step > 0)) return undefined;
    if (i > 0 && step === unit) following++;
  }
  if (following * 2 < times.length - 1) return undefined;
  const runs = runsOf(times, unit);
  const missing = runs.reduce((sum, run) => sum + cellsIn(run, unit) - run.length, 0);
  const ofTime = new Map(regular.map(({ name, time }) => [time, name]));
  const isDense = missing <= 3 * names.length + 40;
  const nameOf = (/** @type {number} */ time) => named(form, time);
  return {
    unit: form.isHour ? "hours" : "days",
    blocks: isDense
      ? () => [...blocksOf(runs, unit, (time) => ofTime.get(time) ?? null), ...otherBlocks(strays, unit)]
      : undefined,
    missing,
    says: missing === 0 ? "" : sayGaps(runs, unit, nameOf, missing),
    apart: runs.slice(1).map((run, i) => {
      const [from = 0, to = 0] = [(runs[i]?.at(-1) ?? 0) + unit, (run[0] ?? 0) - unit];
      return `Nothing from ${nameOf(from)} to ${nameOf(to)}`;
    }),
    strays,
  };
}

/** The form that most names have. @type {(names: readonly string[]) => Form | undefined} */
function commonForm(names) {
  /** @type {Map<string, { form: Form, count: number }>} */
  const found = new Map();
  for (const name of names) {
    const form = formOf(name);
    if (form === undefined) continue;
    const key = `${form.mask} ${form.rest}`;
    const one = found.get(key) ?? { form, count: 0 };
    one.count++;
    found.set(key, one);
  }
  const [most] = [...found.values()].sort((a, b) => b.count - a.count);
  return most?.form;
}

/** How many units there are from the first of these times to the last. @type {(times: readonly number[], unit: number) => number} */
const cellsIn = (times, unit) => Math.round(((times.at(-1) ?? 0) - (times[0] ?? 0)) / unit) + 1;

/** Divides times at the gaps that are longer than all else together. @type {(times: readonly number[], unit: number) => readonly (readonly number[])[]} */
function runsOf(times, unit) {
  const gapBefore = (/** @type {number} */ i) => Math.round(((times[i] ?? 0) - (times[i - 1] ?? 0)) / unit) - 1;
  const largest = times
    .map((_, i) => i)
    .slice(1)
    .sort((a, b) => gapBefore(b) - gapBefore(a));
  let rest = cellsIn(times, unit);
  /** @type {number[]} */
  const starts = [];
  for (const i of largest) {
    const gap = gapBefore(i);
    rest -= gap;
    if (gap <= longestGap || gap <= rest) break;
    starts.push(i);
  }
  starts.sort((a, b) => a - b);
  return [0, ...starts].map((from, n) => times.slice(from, starts[n]));
}

const pattern = /^\d{4}([-/.]?)\d\d([-/.]?)\d\d(?:([-T ]?)\d\d((?::00){0,2}(?:Z|[+-]\d\d:?\d\d)?))?$/;

/**
 * The form of a name that is a day or an hour; undefined for any other name.
 * @typedef {{ name: string, mask: string, month: number, date: number, clock: number, rest: string, isHour: boolean }} Form
 * @param {string} name
 * @returns {Form | undefined}
 */
function formOf(name) {
  const [found, a = "", b = "", c = "", rest = ""] = pattern.exec(name) ?? [];
  if (found === undefined || a !== b) return undefined;
  const month = 4 + a.length;
  const date = month + 2 + b.length;
  const clock = date + 2 + c.length;
  return { name, mask: maskOf(name), month, date, clock, rest, isHour: name.length > date + 2 };
}

/** @param {string} name */
const maskOf = (name) => name.replace(/\d/g, "0");

/** The time of a name in UTC; NaN if the name has another form, or there is no such time. @type {(name: string, form: Form) => number} */
function timeOf(name, { mask, month, date, clock, rest, isHour }) {
  if (!name.endsWith(rest) || maskOf(name) !== mask) return Number.NaN;
  const number = (/** @type {number} */ at) => Number(name.slice(at, at + 2));
  const hours = isHour ? number(clock) : 0;
  const year = Number(name.slice(0, 4));
  const time = Date.UTC(year, number(month) - 1, number(date), hours);
  const found = new Date(time);
  if (found.getUTCFullYear() !== year) return Number.NaN;
  const isSame = found.getUTCMonth() === number(month) - 1 && found.getUTCDate() === number(date) && hours < 24;
  return isSame ? time : Number.NaN;
}

/** The name of a time. @type {(form: Form, time: number) => string} */
function named({ name, month, date, clock, isHour }, time) {
  const iso = new Date(time).toISOString();
  const upToDate =
    iso.slice(0, 4) + name.slice(4, month) + iso.slice(5, 7) + name.slice(month + 2, date) + iso.slice(8, 10);
  if (!isHour) return upToDate;
  return upToDate + name.slice(date + 2, clock) + iso.slice(11, 13) + name.slice(clock + 2);
}

/** @type {(runs: readonly (readonly number[])[], unit: number, nameOf: (time: number) => string, missing: number) => string} */
function sayGaps(runs, unit, nameOf, missing) {
  /** @type {string[]} */
  const gaps = [];
  let listed = 0;
  for (const times of [...runs].reverse()) {
    for (let i = times.length - 1; i > 0 && gaps.length < mostSaid; i--) {
      const [from = 0, to = 0] = [(times[i - 1] ?? 0) + unit, (times[i] ?? 0) - unit];
      if (from > to) continue;
      listed += Math.round((to - from) / unit) + 1;
      if (to - from > unit) gaps.unshift(`${nameOf(from)} to ${nameOf(to)}`);
      else gaps.unshift(...(from === to ? [nameOf(from)] : [nameOf(from), nameOf(to)]));
    }
  }
  const others = missing - listed;
  return `${missing.toLocaleString("en")} missing: ${others > 0 ? "…, " : ""}${gaps.join(", ")}`;
}

/** @type {(runs: readonly (readonly number[])[], unit: number, cellOf: (time: number) => string | null) => CalendarBlock[]} */
function blocksOf(runs, unit, cellOf) {
  /** @type {{ label: string, rows: { label: string, lead: number, cells: (string | null)[] }[] }[]} */
  const blocks = [];
  const addCell = (/** @type {number} */ time) => {
    const iso = new Date(time).toISOString();
    const month = months[Number(iso.slice(5, 7)) - 1] ?? "";
    const [ofBlock, ofRow] = unit === day ? [iso.slice(0, 4), month] : [iso.slice(0, 7), iso.slice(8, 10)];
    let block = blocks.at(-1);
    if (block?.label !== ofBlock) {
      block = { label: ofBlock, rows: [] };
      blocks.push(block);
    }
    let row = block.rows.at(-1);
    if (row?.label !== ofRow) {
      const column = unit === day ? Number(iso.slice(8, 10)) - 1 : Number(iso.slice(11, 13));
      row = { label: ofRow, lead: column, cells: [] };
      block.rows.push(row);
    }
    row.cells.push(cellOf(time));
  };
  // No two runs are in the same row, since the gap between them is longer than that.
  for (const run of runs) {
    for (let time = run[0] ?? 0; time <= (run.at(-1) ?? -1); time += unit) addCell(time);
  }
  return blocks;
}

/** The block of names that have another form: one after the other. @type {(strays: readonly string[], unit: number) => CalendarBlock[]} */
function otherBlocks(strays, unit) {
  if (strays.length === 0) return [];
  const columns = unit === day ? 31 : 24;
  const rows = Array.from({ length: Math.ceil(strays.length / columns) }, (_, i) => {
    return { label: "", lead: 0, cells: strays.slice(i * columns, (i + 1) * columns) };
  });
  return [{ label: "Other names", rows, isOther: true }];
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The headers of the columns of a block.
 * @param {"days" | "hours"} unit
 */
export function headOf(unit) {
  return unit === "days" ? ["1", "8", "15", "22", "29"] : ["00", "06", "12", "18"];
}
