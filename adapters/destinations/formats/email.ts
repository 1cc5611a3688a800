import { digestOf, marks } from "./digest.ts";
import { detailsOf, type Statement, type ToldMessage } from "./told-message.ts";
import { escapeHtml, visibleText } from "./visible-text.ts";

/** What nodemailer is given. */
export interface EmailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const mostSubject = 150;
const mostPart = 500;

/**
 * An e-mail about one or several alerts, as text and as HTML.
 */
export function emailContent(messages: readonly ToldMessage[], baseUrl: string | null): EmailContent {
  const { title, statements, more, url } = digestOf(messages, baseUrl);
  const isSingle = statements.length === 1;
  const rest = more > 0 ? [`and ${more} more`] : [];
  const text = [
    ...(isSingle ? [] : [title, ""]),
    ...statements.flatMap((statement) => [...plainLines(statement, isSingle), ""]),
    ...rest,
    ...(isSingle || url === null ? [] : [url]),
  ];
  const heading = isSingle ? "" : `<h1 style="font-size:1.2em">${linked(url, escapeHtml(title))}</h1>`;
  const items = statements.map(htmlOf).join("");
  const end = rest.map((line) => `<p>${escapeHtml(line)}</p>`).join("");
  return {
    subject: `[runless] ${visibleText(title, mostSubject)}`,
    text: `${text.join("\n").trimEnd()}\n`,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head><body style="font-family:sans-serif;overflow-wrap:anywhere">${heading}${items}${end}</body></html>`,
  };
}

/** Title, reason and details, without those that there are not. */
function partsOf(statement: Statement): readonly string[] {
  const parts = [statement.title, statement.reason ?? "", detailsOf(statement)];
  return parts.map((part) => visibleText(part, mostPart)).filter((part) => part !== "");
}

function plainLines(statement: Statement, hasUrl: boolean): readonly string[] {
  const [title = "", ...rest] = partsOf(statement);
  const url = hasUrl && statement.url !== null ? [statement.url] : [];
  return [`${marks[statement.level]} ${title}`, ...rest, ...url];
}

function htmlOf(statement: Statement): string {
  const [title = "", ...rest] = partsOf(statement).map(escapeHtml);
  const lines = [`${marks[statement.level]} <b>${linked(statement.url, title)}</b>`, ...rest];
  return `<p>${lines.join("<br>")}</p>`;
}

function linked(url: string | null, html: string): string {
  return url === null ? html : `<a href="${escapeHtml(url)}">${html}</a>`;
}
