import { visible } from "../browser/visible-text.js";

export { visible, visibleName } from "../browser/visible-text.js";

/** The text, or its beginning where it is longer than `most`: for what stands on a page a bounded number of times. */
export function cut(text: string, most: number): string {
  return text.length <= most ? visible(text) : `${visible(text.slice(0, most).toWellFormed())}…`;
}
