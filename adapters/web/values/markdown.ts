import MarkdownIt from "markdown-it";

/** A longer text is not rendered. In characters. */
export const longestMarkdown = 20_000;
/** How many times its source HTML may be long. Reference links and wide tables can grow without a bound. */
const mostGrowth = 8;
/** The most cells of tables: a row is filled up to as many cells as the header has. */
const mostCells = 3000;

const markdownIt = createMarkdown();
const withoutTables = createMarkdown().disable(["table"]);

/**
 * Renders untrusted Markdown as safe HTML. Returns undefined if that is much longer than the text. The text must have at
 * most `longestMarkdown` characters.
 */
export function renderMarkdown(text: string): string | undefined {
  const most = mostGrowth * text.length + 1000;
  const html = (cellsOf(text) > mostCells ? withoutTables : markdownIt).render(text, { left: most }); // `left`: characters left for addresses
  return html.length > most ? undefined : html;
}

/** An upper bound on the cells of the tables in a text. */
function cellsOf(text: string): number {
  const lines = text.split("\n");
  const heads = lines.filter((line) => /^[\s|:>*+-]+$/.test(line) && line.includes("-"));
  const columns = heads.reduce((most, line) => Math.max(most, line.split("|").length), 0);
  return columns * lines.length;
}

function createMarkdown() {
  // Raw HTML stays text. Images stay text, because they would load from another host. Links must be http or https.
  const markdown = new MarkdownIt({ html: false, maxNesting: 20 });
  markdown.disable(["image"]);
  markdown.validateLink = (url) => /^https?:\/\//i.test(url);
  const { rules } = markdown.renderer;
  rules.link_open = (tokens, i, options, env, self) => {
    const token = tokens[i];
    // Thousands of links may use one address.
    const left = Number(env?.left) - String(token?.attrGet("href") ?? "").length;
    if (env !== undefined) env.left = left;
    if (left < 0 && token !== undefined) token.attrs = null;
    else token?.attrSet("rel", "noopener noreferrer nofollow");
    return self.renderToken(tokens, i, options);
  };
  // The page's policy forbids the inline styles of aligned columns. Headings would disturb the outline of the page.
  for (const cell of ["th_open", "td_open"]) {
    rules[cell] = (tokens, i, options, _env, self) => {
      const token = tokens[i];
      if (token !== undefined) token.attrs = null;
      return self.renderToken(tokens, i, options);
    };
  }
  rules.heading_open = () => "<p><strong>";
  rules.heading_close = () => "</strong></p>";
  return markdown;
}
