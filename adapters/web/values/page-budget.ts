import { visible } from "./visible-text.ts";

/** Characters of HTML that a page writes of what was reported. */
const mostWritten = 60_000;
/** Characters of Markdown that it renders: some of it takes time that grows with the square of its length. */
const mostMarkdown = 20_000;
/** What is shown of every text, however full the page is. */
const leastShown = 24;

export interface Shown {
  readonly text: string;
  readonly isCut: boolean;
}

/** How much of what was reported a page may still write. Whoever writes some of it asks here first. */
export class PageBudget {
  #written = 0;
  #markdown = 0;

  /** True once the page is full: what comes now is shown by the first characters of its texts alone. */
  get isSpent(): boolean {
    return this.#written >= mostWritten;
  }

  /** How many more characters may be written. */
  get left(): number {
    return Math.max(0, mostWritten - this.#written);
  }

  /** As much of the text as may be written, at most `most` characters, each of them visible. */
  cut(text: string, most: number, show = visible): Shown {
    let part = start(text, Math.min(most, Math.max(leastShown, this.left)));
    if (htmlLength(show(part)) > this.left) part = start(text, Math.min(most, leastShown));
    // White space before the cut ends nothing, and needs no mark.
    if (part.length < text.length) part = part.trimEnd();
    const shown = show(part);
    this.#written += htmlLength(shown);
    return { text: shown, isCut: text.length > part.length };
  }

  /** An address with what was reported in it, that long before it is escaped; undefined where the page has no room for it. */
  address(length: number, make: () => string): string | undefined {
    if (length > this.left) return undefined;
    const address = make();
    const written = htmlLength(address);
    if (written > this.left) return undefined;
    this.#written += written;
    return address;
  }

  /** Whether so much Markdown may be rendered as such. */
  takeMarkdown(length: number): boolean {
    if (this.#markdown + length > mostMarkdown) return false;
    this.#markdown += length;
    return true;
  }
}

let current: PageBudget | undefined;

/** Renders a page within its budget. Rendering waits for nothing, so that only one page is rendered at a time. */
export function renderWithin<Html>(budget: PageBudget, render: () => Html): Html {
  current = budget;
  try {
    return render();
  } finally {
    current = undefined;
  }
}

/** The budget of the page that is rendered. */
export function pageBudget(): PageBudget {
  if (current === undefined) throw new Error("What was reported is shown outside of a page.");
  return current;
}

/** Rows for as long as the page has room, and how many those were, to be asked for once they are rendered. */
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

/** How long a text is with its characters escaped. */
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
