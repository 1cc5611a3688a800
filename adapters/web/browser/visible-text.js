/** Invisible characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * The text with a visible symbol for each invisible character.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(controls, (unit) => {
    const code = unit.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** White space that a browser drops or collapses, and characters without a width. */
const unseen = /^ +| +$| {2,}|[\t\n\r]|[^\S ]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Cyrillic and Greek letters that look like Latin ones. */
const alike = /[аеорсухіјѕһАВЕКМНОРСТУХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]/g;

/**
 * A name in which differences are visible: `a␣`, `a⟨000A⟩` and `a⟨200B⟩` are not `a`, nor is a letter of another
 * script among Latin ones.
 * @param {string} name
 */
export function visibleName(name) {
  return visible(marked(withAlike(name)));
}

/**
 * The text with a mark for each dropped space and each invisible character, unless `isKept`.
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
 * The text with the code of each letter that looks like a Latin letter, if it has Latin letters too.
 * @param {string} text
 */
export function withAlike(text) {
  return /[A-Za-z]/.test(text) ? text.replace(alike, (letter) => letter + code(letter)) : text;
}

/** @param {string} character */
function code(character) {
  return `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
