import { goTo } from "./page.js";

// A page of events whose search found nothing yet leads on by a link. This follows the link until something is found, the
// log ends, or the user stops it.

/** What was searched when the user stopped it. @type {string | undefined} */
let stopped;

/** Whether the button that stops the search had the focus when its list was replaced. */
let hadFocus = false;
/** How long the last answer took, in milliseconds. The next is asked for after as long a rest, for the sake of others. */
let rest = 0;

/** The filters of an address, without the position in the log. @param {URL} url */
function filtersOf({ searchParams }) {
  return [...searchParams].filter(([name]) => name !== "cursor").join("&");
}

async function searchOn() {
  const link = document.querySelector("#list a[data-search-on]");
  if (!(link instanceof HTMLAnchorElement)) return;
  const url = new URL(link.href);
  if (stopped !== undefined && stopped === filtersOf(url)) return;
  stopped = undefined;
  const says = document.createElement("span");
  says.className = "soft";
  says.textContent = "Searching on…";
  const stop = document.createElement("button");
  stop.type = "button";
  stop.textContent = "Stop";
  stop.addEventListener("click", () => {
    stopped = filtersOf(url);
    showLink();
    link.focus();
  });
  const showLink = () => {
    says.remove();
    stop.remove();
    link.hidden = false;
  };
  link.hidden = true;
  link.after(says, stop);
  if (hadFocus) stop.focus({ preventScroll: true });
  await rested();
  // Other filters may have been chosen meanwhile.
  if (stopped !== undefined || !link.isConnected) return;
  hadFocus = document.activeElement === stop;
  const path = url.pathname + url.search;
  const began = performance.now();
  history.replaceState(null, "", path);
  const isShown = await goTo(path);
  rest = performance.now() - began;
  if (!isShown) showLink();
}

/** Resolves after the rest, and once the page is in sight. */
async function rested() {
  await new Promise((resolve) => setTimeout(resolve, rest));
  if (!document.hidden) return;
  await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

document.addEventListener("swapped", searchOn);
searchOn();
