import MarkdownIt from "markdown-it";

// Raw HTML stays text, a picture is what stands for it (it would come from another host), and a link leads to the web.
const markdownIt = new MarkdownIt({ html: false, maxNesting: 20 });
markdownIt.disable(["image"]);
markdownIt.validateLink = (url) => /^https?:\/\//i.test(url);
markdownIt.renderer.rules.link_open = (tokens, i, options, _env, self) => {
  tokens[i]?.attrSet("rel", "noopener noreferrer nofollow");
  return self.renderToken(tokens, i, options);
};
// Alignment of columns is an inline style, which the page's policy forbids; headings are of the page, not of a value.
for (const cell of ["th_open", "td_open"]) {
  markdownIt.renderer.rules[cell] = (tokens, i, options, _env, self) => {
    const token = tokens[i];
    if (token !== undefined) token.attrs = null;
    return self.renderToken(tokens, i, options);
  };
}
markdownIt.renderer.rules.heading_open = () => "<p><strong>";
markdownIt.renderer.rules.heading_close = () => "</strong></p>";

/** Markdown as HTML that is safe to show, whoever wrote it. */
export function renderMarkdown(text: string): string {
  return markdownIt.render(text);
}
