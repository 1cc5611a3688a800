/** @jsxImportSource hono/jsx */
/** Characters that would say nothing, by what stands for them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export function visible(text: string): string {
  return text.replace(controls, (unit) => {
    const code = unit.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** The text, or its beginning where it is longer than `most`. */
export function cut(text: string, most: number): string {
  return text.length <= most ? visible(text) : `${visible(text.slice(0, most).toWellFormed())}…`;
}

interface UserTextProps {
  readonly text: string;
  /** The most characters that are shown. */
  readonly most?: number;
}

/** What somebody reported, as text and nothing else: it can't turn what stands around it from right to left. */
export function UserText({ text, most = 200 }: UserTextProps) {
  if (text === "") return <span class="soft">(empty)</span>;
  return text.length > most ? (
    <bdi title={`${text.length.toLocaleString("en")} characters, the first ${most} of them`}>{cut(text, most)}</bdi>
  ) : (
    <bdi>{visible(text)}</bdi>
  );
}
