import { ago } from "./ago.js";

/** The least time between two looks at the server, in milliseconds, however much is reported meanwhile. */
const pace = 2000;
/** After a quiet time a look comes soon, and shows what comes together at once. */
const soon = 150;
/** A page that took a while to come is not asked for again for so many times as long, up to a minute. */
const rest = 9;
const longestRest = 60_000;

/** @type {(selector: string, root?: ParentNode) => HTMLElement[]} */
const all = (selector, root = document) => [...root.querySelectorAll(selector)].filter((e) => e instanceof HTMLElement);
/** @type {(id: string, root?: Document) => HTMLElement | null} */
const byId = (id, root = document) => root.getElementById(id);

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

/* What the server has now, in place of what is shown */

/** The HTML of what can be swapped, as the server wrote it; times go on by themselves. @type {Map<string, string>} */
const shown = new Map();

/** @param {Element} element */
function written(element) {
  return element.outerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");
}

/** @param {Document} next */
function swapAll(next) {
  const ids = all("[data-swap]").map(({ id }) => id);
  const nextIds = all("[data-swap]", next).map(({ id }) => id);
  if (ids.join() !== nextIds.join()) {
    byId("main")?.replaceChildren(...(byId("main", next)?.childNodes ?? []));
    for (const element of all("[data-swap]")) shown.set(element.id, written(element));
  } else {
    for (const id of ids) {
      const [old, fresh] = [byId(id), byId(id, next)];
      if (old && fresh) swap(old, fresh);
    }
  }
  applyFolds();
  refreshTimes();
  if (document.title !== next.title) document.title = next.title;
  document.dispatchEvent(new CustomEvent("swapped", { detail: next }));
  // What is new on the page may need a script of its own; what is here already is not loaded again.
  for (const path of next.body.dataset.scripts?.split(" ") ?? []) import(path);
}

/** @type {(old: HTMLElement, fresh: HTMLElement) => void} */
function swap(old, fresh) {
  const html = written(fresh);
  if (shown.get(old.id) === html) return;
  const focused = document.activeElement;
  const rows = old.querySelector("[data-rows]");
  const kept = new Map(Array.from(rows?.children ?? [], (row) => [row.id, row]));
  for (const row of Array.from(fresh.querySelector("[data-rows]")?.children ?? [])) {
    const before = kept.get(row.id);
    // A row that says the same stays itself, with what is open or selected in it.
    if (before && row.hasAttribute("data-v") && before.getAttribute("data-v") === row.getAttribute("data-v")) {
      row.replaceWith(before);
    } else if (kept.size > 0) row.classList.add("fresh");
  }
  const [opened, details] = [all("details", old), all("details", fresh)];
  if (opened.length === details.length) {
    for (const [i, one] of details.entries()) one.toggleAttribute("open", opened[i]?.hasAttribute("open"));
  }
  const place = focused && old.contains(focused) ? placeOf(focused) : undefined;
  old.replaceWith(fresh);
  shown.set(fresh.id, html);
  if (place === undefined) return;
  const again = focused?.isConnected ? focused : place && document.querySelector(place);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** @param {Element} element */
function placeOf(element) {
  const owner = element.closest("[id]");
  if (!owner) return "";
  return owner === element ? `#${CSS.escape(owner.id)}` : `#${CSS.escape(owner.id)} ${element.tagName.toLowerCase()}`;
}

/** @type {AbortController | undefined} */
let looking;

/** Shows what the server has for an address. @type {(url: string) => Promise<void>} */
async function show(url) {
  looking?.abort();
  const mine = new AbortController();
  looking = mine;
  try {
    const response = await fetch(url, { signal: mine.signal, headers: { accept: "text/html" } });
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine.signal.aborted) return;
    // Whoever has to sign in again is led to where that is.
    if (response.redirected) return location.reload();
    // What is gone is said to be; a server in trouble leaves what is shown.
    if (response.ok || response.status === 404) swapAll(next);
    const list = byId("list");
    if (response.status === 400 && list) {
      const says = document.createElement("p");
      says.className = "none";
      says.textContent = next.querySelector("main p")?.textContent ?? "";
      list.replaceChildren(says);
      shown.delete("list");
    }
    if (next.body.dataset.stream !== undefined) document.body.dataset.stream = next.body.dataset.stream;
  } catch (error) {
    // The stream says when the server is away.
    if (!(error instanceof DOMException && error.name === "AbortError") && !(error instanceof TypeError)) throw error;
  } finally {
    if (looking === mine) looking = undefined;
  }
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
let news = 0;
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
  if (stream === undefined || document.hidden) return;
  const url = new URL(stream, location.href);
  if (Number(lastId) > Number(url.searchParams.get("after"))) url.searchParams.set("after", lastId);
  source = new EventSource(url);
  source.addEventListener("open", () => say(paused ? "paused" : "live"));
  source.addEventListener("error", () => {
    say("offline");
    if (source?.readyState !== EventSource.CLOSED) return;
    // A browser goes on by itself after a lost connection, and gives up after a refusal.
    clearTimeout(again);
    again = setTimeout(listen, 5000);
    if (!paused) plan();
  });
  const note = (/** @type {MessageEvent} */ event) => {
    lastId = event.lastEventId;
    if (event.type === "position") return;
    news++;
    if (paused) sayPause();
    else plan();
  };
  const types = ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION", "ASSET_WIPED", "position"];
  for (const type of types) source.addEventListener(type, note);
}

/** Many events make one look. */
function plan() {
  if (due !== undefined) return;
  due = setTimeout(
    async () => {
      const began = performance.now();
      news = 0;
      await show(location.pathname + location.search);
      const now = performance.now();
      nextLook = now + Math.max(pace, Math.min(rest * (now - began), longestRest));
      due = undefined;
      if (news > 0 && !paused) plan();
    },
    Math.max(soon, nextLook - performance.now()),
  );
}

function sayPause() {
  const button = byId("pause");
  if (!button) return;
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? `Resume${news > 0 ? ` (${news} new)` : ""}` : "Pause";
  say(paused ? "paused" : "live");
}

function togglePause() {
  paused = !paused;
  sayPause();
  if (!paused && news > 0) plan();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused && source === undefined) plan();
  listen();
});

/* Search and filters */

/** @param {HTMLFormElement} form */
async function applyFilters(form) {
  const said = [...new FormData(form)]
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams(said).toString();
  const url = form.getAttribute("action") + (query === "" ? "" : `?${query}`);
  for (const field of form.elements) {
    if (field instanceof HTMLSelectElement || field.getAttribute("type") === "text") {
      field.classList.toggle("chosen", /** @type {HTMLInputElement} */ (field).value !== "");
    }
  }
  history.replaceState(null, "", url);
  await show(url);
  listen();
}

/** Whether a field says something else than the server wrote into it, and is not being written. @param {Element} field */
function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    return (
      field.selectedIndex !==
      Math.max(
        0,
        Array.from(field.options).findIndex((option) => option.defaultSelected),
      )
    );
  }
  if (!(field instanceof HTMLInputElement) || field.value === field.defaultValue) return false;
  return field.type === "search" || field !== document.activeElement;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  const { form } = target;
  if (target.type === "search" && form?.id === "filters") {
    clearTimeout(typing);
    typing = setTimeout(() => applyFilters(form), 120);
  }
  if (target.dataset.filter !== undefined) filterNames(target.dataset.filter, target.value);
});

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement || target instanceof HTMLInputElement)) return;
  if (target.form?.id === "filters" && target.type !== "search") applyFilters(target.form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.id === "filters") {
    event.preventDefault();
    clearTimeout(typing);
    applyFilters(form);
  }
});

/** Of a table's rows, and of the plots of the same names. @type {(table: string, text: string) => void} */
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
  const { key, target } = event;
  if (key === "/" && !(target instanceof HTMLElement && target.closest("input, select, textarea"))) {
    event.preventDefault();
    document.querySelector("header input")?.dispatchEvent(new Event("focusin"));
    const search = document.querySelector("header input");
    if (search instanceof HTMLInputElement) search.focus();
  }
});

for (const element of all("[data-swap]")) shown.set(element.id, written(element));
// What was typed and chosen before the script was here, once nothing more is typed.
const filters = byId("filters");
if (filters instanceof HTMLFormElement && Array.from(filters.elements).some(isChanged)) {
  typing = setTimeout(() => applyFilters(filters), 120);
}
for (const { dataset, value } of all("input[data-filter]").filter((one) => one instanceof HTMLInputElement)) {
  filterNames(dataset.filter ?? "", value);
}
const origin = byId("first-report")?.querySelector("code");
if (origin) origin.textContent = (origin.textContent ?? "").replace(/https?:\/\/[^/]+/, location.origin);
applyFolds();
refreshTimes();
setInterval(refreshTimes, 15_000);
listen();
