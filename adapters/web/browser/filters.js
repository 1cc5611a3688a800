import { all, byId, goTo, searchField, searching, shownAddress } from "./page.js";

// Filters and search of a list. Results are shown at once, each change is an entry in the history, and arrow keys move into
// the results.

/** Whether the last change of filters came from typing. All letters of a word are one entry in the history. */
let isTyping = false;

/** Shows the results of the filters. Resolves with whether the server answered. @type {(form: HTMLFormElement, isTyped?: boolean) => Promise<boolean>} */
async function applyFilters(form, isTyped = false) {
  const parameters = [...new FormData(form)]
    .filter(([, value]) => value !== "")
    .map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams(parameters).toString();
  const url = form.getAttribute("action") + (query === "" ? "" : `?${query}`);
  for (const field of form.elements) {
    if (field instanceof HTMLSelectElement || field.getAttribute("type") === "text") {
      field.classList.toggle("chosen", /** @type {HTMLInputElement} */ (field).value !== "");
    }
  }
  if (url !== location.pathname + location.search) {
    if (isTyped && isTyping) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    isTyping = isTyped;
  }
  return goTo(url);
}

addEventListener("popstate", async () => {
  const url = location.pathname + location.search;
  // A change of the fragment changes no filters.
  if (url === shownAddress()) return;
  clearTimeout(typing);
  isTyping = false;
  await goTo(url, true);
});

/** Whether a field differs from what the server wrote into it, and has no focus. @param {Element} field */
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
    typing = setTimeout(() => applyFilters(form, true), 120);
  }
});

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement || target instanceof HTMLInputElement)) return;
  if (target.type === "search") isTyping = false;
  else if (target.form?.id === "filters") applyFilters(target.form);
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

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target instanceof HTMLInputElement && target === searchField()) searchKey(event, target);
  else if (target instanceof HTMLElement) listKey(event, target);
});

/** The link of each visible row of the catalog. */
function results() {
  return all("table.catalog tbody tr:not([hidden]) > th a");
}

/** Escape clears the search, Enter opens a single result, arrows move into the results. @type {(event: KeyboardEvent, field: HTMLInputElement) => void} */
function searchKey(event, field) {
  const { form } = field;
  if (event.key === "Escape") {
    event.preventDefault();
    if (field.value === "") return field.blur();
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (event.key === "ArrowDown") {
    const [first] = results();
    if (!first) return;
    event.preventDefault();
    first.focus();
  } else if (event.key === "Enter" && form?.id === "filters") {
    event.preventDefault();
    openOnlyHit(form, field);
  }
}

/** @type {(form: HTMLFormElement, field: HTMLInputElement) => Promise<void>} */
async function openOnlyHit(form, field) {
  clearTimeout(typing);
  const { value } = field;
  const isShown = await applyFilters(form, true);
  const hits = all("table.catalog tbody a.asset");
  const [only] = hits;
  const isOnly = hits.length === 1 && !document.querySelector("table.catalog .closed");
  if (isShown && isOnly && value !== "" && field.value === value) only?.click();
}

/** Arrows move between results, and Escape moves back to the search. @type {(event: KeyboardEvent, target: HTMLElement) => void} */
function listKey(event, target) {
  const step = { ArrowDown: 1, ArrowUp: -1, Escape: Number.NEGATIVE_INFINITY }[event.key];
  if (step === undefined) return;
  const all = results();
  const at = all.indexOf(target);
  if (at === -1) return;
  event.preventDefault();
  if (at + step < 0) searchField()?.focus();
  else all[at + step]?.focus();
}

// Applies what was typed and chosen before the script was loaded, once typing has ended.
const filters = byId("filters");
if (filters instanceof HTMLFormElement && Array.from(filters.elements).some(isChanged)) {
  typing = setTimeout(() => applyFilters(filters), 120);
}

// Only now, because an Enter before this would have submitted the form.
if (sessionStorage.getItem(searching) !== null) {
  sessionStorage.removeItem(searching);
  const field = searchField();
  if (document.activeElement === document.body) field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}
