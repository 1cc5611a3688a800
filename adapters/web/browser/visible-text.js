/** Characters that would say nothing, by what stands for them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * The text with a character to see in place of each that there is none of.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(controls, (unit) => {
    const code = unit.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** White space that a browser would leave out or make one with its neighbours, and characters without a width. */
const unseen = /^ +| +$| {2,}|[\t\n\r]|[^\S ]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Cyrillic and Greek letters that look like Latin ones. */
const alike = /[аеорсухіјѕһАВЕКМНОРСТУХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]/g;

/**
 * A name, so that two which differ look different: `a␣`, `a⟨000A⟩` and `a⟨200B⟩` are not `a`, nor is a letter of another
 * script among Latin ones.
 * @param {string} name
 */
export function visibleName(name) {
  return visible(marked(withAlike(name)));
}

/**
 * The text with a mark for each space that is lost and each character that nobody sees, unless it is to be kept.
 * @param {string} text
 * @param {(found: string, at: number) => boolean} [isKept]
 */
export function marked(text, isKept = () => false) {
  return text.replace(unseen, (found, at) => {
    if (isKept(found, at)) return found;
    return found.startsWith(" ") ? "\u2423".repeat(found.length) : code(found);
  });
}

/**
 * The text with the code of each letter that looks like a Latin one, where there are Latin ones.
 * @param {string} text
 */
export function withAlike(text) {
  return /[A-Za-z]/.test(text) ? text.replace(alike, (letter) => letter + code(letter)) : text;
}

/** @param {string} character */
function code(character) {
  return `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
