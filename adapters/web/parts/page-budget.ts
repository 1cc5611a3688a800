import { visible } from "./visible-text.ts";

/** The most characters of HTML that a page has of reported texts. */
const mostWritten = 60_000;
/** The most characters of Markdown that it renders: the time may grow with the square of the length. */
const mostMarkdown = 20_000;
/** The characters of every text that are shown even beyond the budget. */
const leastShown = 24;

export interface Shown {
  readonly text: string;
  readonly isCut: boolean;
}

/** How much reported text a page may still have. All components that write reported text ask it. */
export class PageBudget {
  #written = 0;
  #markdown = 0;

  /** True once the budget is used up. Only the first characters of further texts are shown then. */
  get isSpent(): boolean {
    return this.#written >= mostWritten;
  }

  /** How many more characters may be written. */
  get left(): number {
    return Math.max(0, mostWritten - this.#written);
  }

  /** As much of a text as the budget allows, at most `most` characters. `show` makes all of them visible. */
  cut(text: string, most: number, show = visible): Shown {
    let part = start(text, Math.min(most, Math.max(leastShown, this.left)));
    if (htmlLength(show(part)) > this.left) part = start(text, Math.min(most, leastShown));
    // White space before the cut is dropped, so that it needs no mark.
    if (part.length < text.length) part = part.trimEnd();
    const shown = show(part);
    this.#written += htmlLength(shown);
    return { text: shown, isCut: text.length > part.length };
  }

  /** An address with reported text of this length before it is escaped; undefined if the budget does not allow it. */
  address(length: number, make: () => string): string | undefined {
    if (length > this.left) return undefined;
    const address = make();
    const written = htmlLength(address);
    if (written > this.left) return undefined;
    this.#written += written;
    return address;
  }

  /** Takes so much Markdown from the budget. Returns false if it does not allow it. */
  takeMarkdown(length: number): boolean {
    if (this.#markdown + length > mostMarkdown) return false;
    this.#markdown += length;
    return true;
  }
}

let current: PageBudget | undefined;

/** Renders a page within its budget. Rendering is synchronous, so only one page is rendered at a time. */
export function renderWithin<Html>(budget: PageBudget, render: () => Html): Html {
  current = budget;
  try {
    return render();
  } finally {
    current = undefined;
  }
}

/** The budget of the page that is being rendered. */
export function pageBudget(): PageBudget {
  if (current === undefined) throw new Error("What was reported is shown outside of a page.");
  return current;
}

/** Rows as long as the budget lasts. `shown` tells how many those were, once they are rendered. */
export function rowsWithinBudget<Item, Html>(render: (item: Item) => Html) {
  let shown = 0;
  const Row = ({ item }: { readonly item: Item }): Html | null => {
    if (pageBudget().isSpent) return null;
    shown++;
    return render(item);
  };
  return { Row, shown: () => shown };
}

function start(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}

/** The length of a text with its characters escaped. */
function htmlLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) length += 5;
    else if (unit === 0x26 || unit === 0x27) length += 4;
    else if (unit === 0x3c || unit === 0x3e) length += 3;
  }
  return length;
}
