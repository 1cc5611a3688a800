import { digestOf, marks } from "./digest.ts";
import { type Statement, type ToldMessage, timeWords } from "./told-message.ts";
import { utcTime, visibleText } from "./visible-text.ts";

export interface SlackText {
  readonly type: "mrkdwn";
  readonly text: string;
  /** Slack makes no links of names that look like one. */
  readonly verbatim: true;
}

export interface SlackPayload {
  /** What notifications show, and programs that know no blocks. */
  readonly text: string;
  readonly blocks: readonly { readonly type: "section"; readonly text: SlackText }[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** Slack refuses a section with more characters. */
const mostSection = 3000;
/** In a list, once they are escaped: Slack refuses blocks of more than about 13,000 characters in all. */
const mostTitle = 150;
const mostOwners = 50;

/**
 * What is posted to an incoming webhook of Slack: one section for what happened, and sections for what it names. Times are
 * shown in the zone of who reads them.
 */
export function slackPayload(messages: readonly ToldMessage[], baseUrl: string | null): SlackPayload {
  const { level, title, statements, more, url } = digestOf(messages, baseUrl);
  const head = `${marks[level]} ${linkTo(url, part(title, 300), true)}`;
  const [only, second] = statements;
  const lines = second === undefined ? (only === undefined ? [] : singleLines(only)) : statements.map(lineOf);
  if (more > 0) lines.push(`and ${more} more`);
  return {
    text: `${marks[level]} ${part(title, 300)}`,
    blocks: sections([head, ...lines]).map((text) => {
      return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
    }),
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** The three characters that mean something to Slack: with them a text could mention a channel, or pose as a link. */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function part(text: string, most = mostTitle): string {
  return escapeSlack(visibleText(text, most, escapeSlack));
}

function singleLines(statement: Statement): string[] {
  return [part(statement.reason ?? "", 500), details(statement)].filter((line) => line !== "");
}

function lineOf(statement: Statement): string {
  const rest = details(statement);
  return `${marks[statement.level]} ${linkTo(statement.url, part(statement.title), false)}${rest === "" ? "" : ` · ${rest}`}`;
}

function details({ time, owners }: Statement): string {
  const parts = [timeWords(time, dateOf), part(owners.slice(0, 5).join(", "), mostOwners)];
  return parts.filter((one) => one !== "").join(" · ");
}

function dateOf(milliseconds: number): string {
  // Slack takes whole seconds, and shows what follows the bar where it can't format them.
  return `<!date^${Math.floor(milliseconds / 1000)}^{date_short_pretty} {time}|${utcTime(milliseconds)}>`;
}

function linkTo(url: string | null, text: string, isBold: boolean): string {
  // A bar would end the address.
  const link = url === null ? text : `<${escapeSlack(url).replaceAll("|", "%7C")}|${text}>`;
  return isBold ? `*${link}*` : link;
}

/** Lines in as few sections as they fit in. */
function sections(lines: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const before = texts.at(-1);
    if (before !== undefined && before.length + 1 + line.length <= mostSection)
      texts[texts.length - 1] = `${before}\n${line}`;
    else texts.push(line);
  }
  return texts;
}
