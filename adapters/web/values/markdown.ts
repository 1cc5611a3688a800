import MarkdownIt from "markdown-it";

/** A longer one is shown as text. */
export const longestMarkdown = 20_000;
/** How much longer than its source HTML may be: of addresses that are named once and used often, and of broad tables. */
const mostGrowth = 8;
/** A row of a table is filled up to as many cells as its head has. */
const mostCells = 3000;

const markdownIt = createMarkdown();
const withoutTables = createMarkdown().disable(["table"]);

/**
 * Markdown as HTML that is safe to show, whoever wrote it. Undefined where that would be much longer than the text, which
 * is at most `longestMarkdown` characters.
 */
export function renderMarkdown(text: string): string | undefined {
  const most = mostGrowth * text.length + 1000;
  const html = (cellsOf(text) > mostCells ? withoutTables : markdownIt).render(text, { left: most }); // for addresses
  return html.length > most ? undefined : html;
}

/** How many cells the tables of a text may have at most. */
function cellsOf(text: string): number {
  const lines = text.split("\n");
  const heads = lines.filter((line) => /^[\s|:>*+-]+$/.test(line) && line.includes("-"));
  const columns = heads.reduce((most, line) => Math.max(most, line.split("|").length), 0);
  return columns * lines.length;
}

function createMarkdown() {
  // Raw HTML stays text, a picture is what stands for it (it would come from another host), and a link leads to the web.
  const markdown = new MarkdownIt({ html: false, maxNesting: 20 });
  markdown.disable(["image"]);
  markdown.validateLink = (url) => /^https?:\/\//i.test(url);
  const { rules } = markdown.renderer;
  rules.link_open = (tokens, i, options, env, self) => {
    const token = tokens[i];
    // One address may be named by thousands of links.
    const left = Number(env?.left) - String(token?.attrGet("href") ?? "").length;
    if (env !== undefined) env.left = left;
    if (left < 0 && token !== undefined) token.attrs = null;
    else token?.attrSet("rel", "noopener noreferrer nofollow");
    return self.renderToken(tokens, i, options);
  };
  // Alignment of columns is an inline style, which the page's policy forbids; headings are of the page, not of a value.
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
