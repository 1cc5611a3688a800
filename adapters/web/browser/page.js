import { ago } from "./ago.js";

/** The least time between two requests for updates, in milliseconds. */
const shortestPause = 2000;
/** The delay of an update after a quiet time, in milliseconds. Events that come together are shown together. */
const soon = 150;
/** After a slow answer, the next update waits for so many times as long, up to a minute. */
const rest = 9;
const longestRest = 60_000;

/** @type {(selector: string, root?: ParentNode) => HTMLElement[]} */
export const all = (selector, root = document) =>
  [...root.querySelectorAll(selector)].filter((e) => e instanceof HTMLElement);
/** @type {(id: string, root?: Document) => HTMLElement | null} */
export const byId = (id, root = document) => root.getElementById(id);

/* Times */

function refreshTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago(Date.parse(time.getAttribute("datetime") ?? ""), Date.now());
    if (time.textContent !== text) time.textContent = text;
  }
}

/* Folding */

const folded = new Set((sessionStorage.getItem("folded") ?? "").split(" ").filter(Boolean));

/** A group is followed by what it holds: rows that are deeper than itself. */
function applyFolds() {
  let hiddenBelow = Number.POSITIVE_INFINITY;
  for (const row of all("#rows > tr[data-depth]")) {
    const depth = Number(row.dataset.depth);
    if (depth <= hiddenBelow) hiddenBelow = Number.POSITIVE_INFINITY;
    row.hidden = hiddenBelow !== Number.POSITIVE_INFINITY;
    if (!row.classList.contains("group")) continue;
    const isFolded = folded.has(row.id);
    row.querySelector(".fold")?.setAttribute("aria-expanded", String(!isFolded));
    row.classList.toggle("folded", isFolded);
    if (isFolded && !row.hidden) hiddenBelow = depth;
  }
}

/** @param {string} id */
function toggleFold(id) {
  if (!folded.delete(id)) folded.add(id);
  sessionStorage.setItem("folded", [...folded].join(" "));
  applyFolds();
}

/* Replacing what is shown by what the server has now */

/**
 * The HTML of elements that can be replaced, and of their rows, as the server wrote it: scripts change some of it, and
 * times update by themselves.
 * @type {WeakMap<Element, string>}
 */
const shown = new WeakMap();

/** @param {Element} element */
function written(element) {
  return element.outerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");
}

/** @param {ParentNode} root */
function noteShown(root) {
  for (const element of all("[data-swap], [data-rows] > [id]", root)) shown.set(element, written(element));
}

/** Replaces the content by that of another page. `isWhole`: also the values of fields. @type {(next: Document, isLive: boolean, isWhole: boolean) => void} */
function swapAll(next, isLive, isWhole) {
  const ids = all("[data-swap]").map(({ id }) => id);
  const nextIds = all("[data-swap]", next).map(({ id }) => id);
  const held = isWhole ? undefined : anchor();
  noteShown(next);
  if (isWhole || ids.join() !== nextIds.join()) {
    byId("main")?.replaceChildren(...(byId("main", next)?.childNodes ?? []));
    const [search, nextSearch] = [searchField(), searchField(next)];
    if (isWhole && search && nextSearch) search.value = nextSearch.defaultValue;
  } else {
    for (const id of ids) {
      const [old, fresh] = [byId(id), byId(id, next)];
      if (old && fresh) swap(old, fresh, isLive);
    }
  }
  markInvalid();
  applyFolds();
  refreshTimes();
  if (document.title !== next.title) document.title = next.title;
  document.dispatchEvent(new CustomEvent("swapped", { detail: next }));
  held?.();
  // New content may need another script. A script that is loaded already is not loaded again.
  for (const path of next.body.dataset.scripts?.split(" ") ?? []) import(path);
}

/** Keeps the element at the top of the window in position while content above it changes. */
function anchor() {
  if (scrollY === 0) return undefined;
  const top = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
  const first = all("main [id]").find((one) => one.getBoundingClientRect().top >= top);
  const before = first?.getBoundingClientRect().top ?? 0;
  return () => {
    const now = first && byId(first.id);
    if (now) scrollBy(0, now.getBoundingClientRect().top - before);
  };
}

/** @type {(old: HTMLElement, fresh: HTMLElement, isLive: boolean) => void} */
function swap(old, fresh, isLive) {
  if (shown.get(old) === shown.get(fresh)) return;
  const focused = document.activeElement;
  const selector = focused && old.contains(focused) ? selectorOf(focused) : undefined;
  const isBeside = (/** @type {Element} */ one) => one.closest("[data-rows]") === null;
  keepOpen(all("details", old).filter(isBeside), all("details", fresh).filter(isBeside));
  const kept = new Map(Array.from(old.querySelectorAll("[data-rows] > [id]"), (row) => [row.id, row]));
  for (const row of fresh.querySelectorAll("[data-rows] > [id]")) {
    const before = kept.get(row.id);
    // An unchanged row is kept, with what is open or selected in it.
    if (before && shown.get(before) === shown.get(row)) row.replaceWith(before);
    else {
      if (before) keepOpen(all("details", before), all("details", row));
      row.classList.toggle("fresh", isLive && kept.size > 0);
    }
  }
  old.replaceWith(fresh);
  if (selector === undefined) return;
  const again = focused?.isConnected ? focused : selector && document.querySelector(selector);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** @type {(before: readonly Element[], now: readonly Element[]) => void} */
function keepOpen(before, now) {
  if (before.length !== now.length) return;
  for (const [i, one] of now.entries()) one.toggleAttribute("open", before[i]?.hasAttribute("open"));
}

/** Marks the fields whose filters the server refused. */
function markInvalid() {
  const wrong = all("#invalid [data-parameter]").map(({ dataset }) => dataset.parameter ?? "");
  for (const field of all("#filters [name], header [name=search]")) {
    if (wrong.includes(field.getAttribute("name") ?? "")) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", "invalid");
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }
}

/** @param {Element} element */
function selectorOf(element) {
  const owner = element.closest("[id]");
  if (!owner) return "";
  return owner === element ? `#${CSS.escape(owner.id)}` : `#${CSS.escape(owner.id)} ${element.tagName.toLowerCase()}`;
}

/** @type {AbortController | undefined} */
let looking;
let address = location.pathname + location.search;

/**
 * Shows the page of an address. Resolves with whether the server answered it.
 * @type {(url: string, how?: { isLive?: boolean, isWhole?: boolean }) => Promise<boolean>}
 */
async function show(url, { isLive = false, isWhole = false } = {}) {
  looking?.abort();
  const mine = new AbortController();
  looking = mine;
  address = url;
  try {
    // The answer has no style sheet and no scripts, so Back must not find it in the cache as the page itself.
    const response = await fetch(url, { signal: mine.signal, headers: { accept: "text/html" }, cache: "no-store" });
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine.signal.aborted) return false;
    // The session has ended: load the sign-in page.
    if (response.redirected) {
      location.reload();
      return false;
    }
    // Errors of the request are shown. After an error of the server, the page stays as it is.
    const isPage = response.ok || response.status === 404 || (response.status === 400 && byId("list", next) !== null);
    if (isPage) swapAll(next, isLive, isWhole);
    else if (response.status === 400) {
      const says = document.createElement("p");
      says.className = "none";
      says.textContent = next.querySelector("main p")?.textContent ?? "";
      byId("list")?.replaceChildren(says);
    }
    if (next.body.dataset.stream !== undefined) document.body.dataset.stream = next.body.dataset.stream;
    else if (response.ok) delete document.body.dataset.stream;
    return response.ok;
  } catch (error) {
    // The state of the stream shows that the server is away.
    if (!(error instanceof DOMException && error.name === "AbortError") && !(error instanceof TypeError)) throw error;
    return false;
  } finally {
    if (looking === mine) looking = undefined;
  }
}

/** Shows another address and follows its events. `isWhole`: also replaces its filters. @type {(url: string, isWhole?: boolean) => Promise<boolean>} */
export async function goTo(url, isWhole = false) {
  newEvents = 0;
  sayNews();
  const isShown = await show(url, { isWhole });
  listen();
  return isShown;
}

/** The address of what is shown. */
export function shownAddress() {
  return address;
}

/* Live */

/** @type {EventSource | undefined} */
let source;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let due;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;
let nextLook = 0;
let lastId = "";
let newEvents = 0;
let paused = false;

/** @param {"live" | "paused" | "offline" | ""} state */
function say(state) {
  const live = byId("live");
  if (!live) return;
  live.hidden = state === "";
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  live.textContent = state;
}

function listen() {
  source?.close();
  clearTimeout(again);
  source = undefined;
  const stream = document.body.dataset.stream;
  const pause = byId("pause");
  if (pause) pause.hidden = stream === undefined;
  if (stream === undefined) say("");
  if (stream === undefined || document.hidden) return;
  const url = new URL(stream, location.href);
  if (Number(lastId) > Number(url.searchParams.get("after"))) url.searchParams.set("after", lastId);
  source = new EventSource(url);
  source.addEventListener("open", () => say(paused ? "paused" : "live"));
  source.addEventListener("error", () => {
    say("offline");
    if (source?.readyState !== EventSource.CLOSED) return;
    // The browser reconnects after a lost connection, but not after a refusal.
    clearTimeout(again);
    again = setTimeout(listen, 5000);
    if (!paused) plan();
  });
  const note = (/** @type {MessageEvent} */ event) => {
    lastId = event.lastEventId;
    if (event.type === "position") return;
    newEvents++;
    if (paused) sayPause();
    else if (isReading()) sayNews();
    else plan();
  };
  const types = [
    "ASSET_MATERIALIZATION",
    "ASSET_OBSERVATION",
    "ASSET_CHECK_EVALUATION",
    "ASSET_WIPED",
    "FRESHNESS_STATE_CHANGE",
    "position",
  ];
  for (const type of types) source.addEventListener(type, note);
}

/** Schedules one update for many events. It waits while the user reads in a list whose rows would move. */
function plan() {
  if (due !== undefined) return;
  due = setTimeout(
    async () => {
      if (isReading()) {
        due = undefined;
        sayNews();
        return;
      }
      const began = performance.now();
      newEvents = 0;
      sayNews();
      await show(location.pathname + location.search, { isLive: true });
      const now = performance.now();
      nextLook = now + Math.max(shortestPause, Math.min(rest * (now - began), longestRest));
      due = undefined;
      if (newEvents > 0 && !paused) plan();
    },
    Math.max(soon, nextLook - performance.now()),
  );
}

/** Whether the user reads in a list whose rows an update would move. */
function isReading() {
  if (!byId("filters")) return false;
  const selection = getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && byId("list")?.contains(selection.anchorNode);
  return scrollY > 8 || isSelected === true || document.querySelector("#list details[open]") !== null;
}

/** Shows how many updates wait, on the button that shows them. */
function sayNews() {
  const button = byId("news");
  if (!button) return;
  button.hidden = newEvents === 0 || paused;
  button.textContent = `${newEvents.toLocaleString("en")} new`;
}

/** Shows waiting updates once the user no longer reads. */
function catchUp() {
  if (newEvents > 0 && !paused && !isReading()) plan();
}
addEventListener("scroll", catchUp, { passive: true });
document.addEventListener("selectionchange", catchUp);
document.addEventListener("toggle", catchUp, { capture: true });

async function showNews() {
  scrollTo(0, 0);
  getSelection()?.removeAllRanges();
  for (const one of all("#list details[open]")) one.removeAttribute("open");
  newEvents = 0;
  sayNews();
  await show(location.pathname + location.search, { isLive: true });
}

function sayPause() {
  const button = byId("pause");
  if (!button) return;
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? `Resume${newEvents > 0 ? ` (${newEvents} new)` : ""}` : "Pause";
  sayNews();
  say(paused ? "paused" : "live");
}

function togglePause() {
  paused = !paused;
  sayPause();
  if (!paused && newEvents > 0) plan();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused && source === undefined) plan();
  listen();
});

/* Names */

document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement && target.dataset.filter !== undefined) {
    filterNames(target.dataset.filter, target.value);
  }
});

/** Filters the rows of a table, and the plots of the same names. @type {(table: string, text: string) => void} */
function filterNames(table, text) {
  const wanted = text.toLowerCase();
  for (const one of all(`#${table} tr[data-name], figure[data-name]`)) {
    one.hidden = !one.dataset.name?.toLowerCase().includes(wanted);
  }
}

/* Clicks and keys */

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button) return;
  if (button.classList.contains("fold")) toggleFold(button.closest("tr")?.id ?? "");
  if (button.id === "pause") togglePause();
  if (button.id === "news") showNews();
  const { copy, copyText = copy === undefined ? undefined : byId(copy)?.textContent?.trim() } = button.dataset;
  if (copyText !== undefined) {
    await navigator.clipboard.writeText(copyText);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof HTMLElement && event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  searchField()?.focus();
});

/** @type {(root?: Document) => HTMLInputElement | undefined} */
export function searchField(root = document) {
  const field = root.querySelector("header input[type=search]");
  return field instanceof HTMLInputElement ? field : undefined;
}

/** The key under which a search from another page is passed on to the catalog. */
export const searching = "searching";

document.addEventListener("submit", ({ target }) => {
  if (target instanceof HTMLFormElement && target.id !== "filters" && target === searchField()?.form) {
    sessionStorage.setItem(searching, "");
  }
});

noteShown(document);
for (const { dataset, value } of all("input[data-filter]").filter((one) => one instanceof HTMLInputElement)) {
  filterNames(dataset.filter ?? "", value);
}
const origin = byId("first-report")?.querySelector("code");
if (origin) origin.textContent = (origin.textContent ?? "").replace(/https?:\/\/[^/]+/, location.origin);
applyFolds();
refreshTimes();
setInterval(refreshTimes, 15_000);
// Some of what a page shows changes without an event.
const { again: seconds } = document.body.dataset;
if (seconds !== undefined) {
  setInterval(() => {
    if (!document.hidden && !paused && !isReading()) plan();
  }, Number(seconds) * 1000);
}
listen();
