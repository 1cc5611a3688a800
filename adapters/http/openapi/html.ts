/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Piece = string | number | Html | readonly Html[] | undefined;

/** Writes HTML: what is put in is escaped, unless it is HTML already. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: texts.map((text, i) => text + write(pieces[i])).join("") };
}

function write(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string" || typeof piece === "number") return escapeText(String(piece));
  return "html" in piece ? piece.html : piece.map((part) => part.html).join("");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A text with `code` in it. */
export function prose(text: string): Html[] {
  return text.split("`").map((part, i) => (i % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}
