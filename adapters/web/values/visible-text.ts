import { marked, visible, withAlike } from "../browser/visible-text.js";

export { visible, visibleName } from "../browser/visible-text.js";

/** The text, or its beginning where it is longer than `most`: for what stands on a page a bounded number of times. */
export function cut(text: string, most: number): string {
  return text.length <= most ? visible(text) : `${visible(text.slice(0, most).toWellFormed())}…`;
}

const picture = /\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?$/u;

/**
 * A value in one line, with the marks of names: but letters of other scripts stand among Latin ones in many sentences, so
 * that those are told apart within a word alone, and a picture may be made of several characters.
 */
export function visibleValue(text: string): string {
  const told = text.replace(/\S+/g, withAlike);
  return visible(
    marked(told, (found, at) => {
      const joins = found === "\ufe0f" || found === "\u200d";
      return joins && picture.test(told.slice(Math.max(0, at - 8), at));
    }),
  );
}
