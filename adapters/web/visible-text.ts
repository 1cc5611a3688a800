/** Characters that would say nothing, by what stands for them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text with a character to see in place of each that there is none of. */
export function visible(text: string): string {
  return text.replace(controls, (unit) => {
    const code = unit.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** The text, or its beginning where it is longer than `most`: for what stands on a page a bounded number of times. */
export function cut(text: string, most: number): string {
  return text.length <= most ? visible(text) : `${visible(text.slice(0, most).toWellFormed())}…`;
}
