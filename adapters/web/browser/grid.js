import "./page.js"; // it records what the server wrote, before the cells are made
import { calendarOf, headOf } from "./calendar.js";
import { unpackNames } from "./unpack-names.js";
import { visibleName } from "./visible-text.js";

/** @type {() => HTMLButtonElement[]} */
const cells = () => [...document.querySelectorAll("#grid button")].filter((one) => one instanceof HTMLButtonElement);

/** Makes the cells of a grid of thousands of partitions, which the server sends without cells. */
function unpack() {
  const grid = document.getElementById("grid");
  const { names, kinds = "", cells: kindOf = "", chosen } = grid?.dataset ?? {};
  if (!grid || names === undefined || cells().length > 0) return;
  const all = kinds.split("\n").map((kind) => kind.split("|"));
  const ofCell = kindOf.split(" ");
  const allNames = unpackNames(names);
  const made = allNames.map((name, i) => {
    const [className = "", text = ""] = all[Number.parseInt(ofCell[i] ?? "", 36)] ?? [];
    const cell = document.createElement("button");
    cell.name = "partition";
    cell.value = name;
    cell.className = className;
    cell.title = `${visibleName(name.slice(0, 100)) || "(empty)"}: ${text}`;
    cell.tabIndex = name === chosen || (chosen === undefined && i === 0) ? 0 : -1;
    if (name === chosen) cell.setAttribute("aria-pressed", "true");
    return cell;
  });
  const calendar = calendarOf(allNames);
  if (calendar?.blocks === undefined) return grid.append(...made);
  const ofName = new Map(made.map((cell) => [cell.value, cell]));
  for (const { label, rows, isOther } of calendar.blocks()) {
    const block = element("div", "block");
    const head = element("div", "row head");
    const columns = isOther ? [] : headOf(calendar.unit);
    head.append(element("b", "", label), ...columns.map((text) => element("span", "", text)));
    block.append(head);
    for (const { label, lead, cells } of rows) {
      const row = element("div", "row");
      row.append(element("span", "", label), ...Array.from({ length: lead }, () => element("i")));
      row.append(...cells.map((name) => (name !== null && ofName.get(name)) || element("i", "gap")));
      block.append(row);
    }
    grid.append(block);
  }
}

/** @type {(name: string, className?: string, text?: string) => HTMLElement} */
function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}

/** The cell that has the focus, or had it before the grid was replaced. @type {HTMLButtonElement | undefined} */
let here;

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLButtonElement}
 */
function isCell(target) {
  return target instanceof HTMLButtonElement && target.form?.id === "grid";
}

document.addEventListener("keydown", (event) => {
  if (isCell(event.target)) move(event, event.target);
});

/** @type {(event: KeyboardEvent, cell: HTMLButtonElement) => void} */
function move(event, cell) {
  const all = cells();
  const at = all.indexOf(cell);
  const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = cell.closest(".row");
  if (down !== undefined && row) {
    event.preventDefault();
    return goTo(besideIn(row, down, cell) ?? cell);
  }
  const top = all[0]?.offsetTop;
  const below = all.findIndex(({ offsetTop }) => offsetTop !== top);
  const columns = below === -1 ? all.length : below;
  const steps = new Map([
    ["ArrowRight", 1],
    ["ArrowLeft", -1],
    ["ArrowDown", columns],
    ["ArrowUp", -columns],
    ["Home", -at],
    ["End", all.length - 1 - at],
  ]);
  const next = all[at + (steps.get(event.key) ?? 0)];
  if (!steps.has(event.key) || !next) return;
  event.preventDefault();
  goTo(next);
}

/** The cell above or below another one, in the next row of the calendar that has cells. @type {(row: Element, step: number, cell: HTMLElement) => HTMLButtonElement | undefined} */
function besideIn(row, step, cell) {
  const rows = [...document.querySelectorAll("#grid .row")];
  const columnOf = (/** @type {Element} */ one) => Array.from(one.parentElement?.children ?? []).indexOf(one);
  const distance = (/** @type {Element} */ one) => Math.abs(columnOf(one) - columnOf(cell));
  for (let i = rows.indexOf(row) + step; i >= 0 && i < rows.length; i += step) {
    const [nearest] = [...(rows[i]?.querySelectorAll("button") ?? [])].sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}

/** @param {HTMLButtonElement} cell */
function goTo(cell) {
  for (const one of document.querySelectorAll("#grid button[tabindex='0'], #grid button:not([tabindex])")) {
    one.setAttribute("tabindex", "-1");
  }
  cell.tabIndex = 0;
  cell.focus();
}

/** Shows the partition of a cell, also for pointers without hover. @param {Event} event */
function read({ target }) {
  const output = document.getElementById("cell");
  if (output && isCell(target)) output.textContent = target.title;
}
document.addEventListener("pointerover", read);
document.addEventListener("focusin", (event) => {
  here = isCell(event.target) ? event.target : undefined;
  read(event);
});

document.addEventListener("swapped", () => {
  unpack();
  // The grid was replaced: the focus moves to the same cell of the new one.
  const again = here && !here.isConnected && cells().find(({ value }) => value === here?.value);
  if (again) goTo(again);
});
unpack();
