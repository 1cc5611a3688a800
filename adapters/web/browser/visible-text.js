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

/**
 * A name, so that two which differ look different: `a␣`, `a␊` and `a⟨200B⟩` are not `a`.
 * @param {string} name
 */
export function visibleName(name) {
  const marked = name.replace(unseen, (found) => {
    if (found.startsWith(" ")) return "\u2423".repeat(found.length);
    const code = found.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
  return visible(marked);
}
