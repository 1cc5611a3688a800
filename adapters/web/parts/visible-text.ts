import { marked, visible, withAlike } from "../browser/visible-text.js";

export { visible, visibleName } from "../browser/visible-text.js";

/** A text, cut after `most` characters. Not counted by the budget: for texts that a page has a bounded number of times. */
export function cut(text: string, most: number): string {
  return text.length <= most ? visible(text) : `${visible(text.slice(0, most).toWellFormed())}…`;
}

const emoji = /\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?$/u;

/**
 * A value of one line with the marks of names, except two: sentences may mix scripts, so confusable letters are marked only
 * within a word; and an emoji may consist of several characters.
 */
export function visibleValue(text: string): string {
  const distinct = text.replace(/\S+/g, withAlike);
  return visible(
    marked(distinct, (found, at) => {
      const joins = found === "\ufe0f" || found === "\u200d";
      return joins && emoji.test(distinct.slice(Math.max(0, at - 8), at));
    }),
  );
}
