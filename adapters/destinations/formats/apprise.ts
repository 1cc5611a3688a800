import type { Answer } from "../../../core/destinations/delivery.ts";
import { digestOf, marks } from "./digest.ts";
import { detailsOf, type Level, type Statement, type ToldMessage } from "./told-message.ts";
import { visibleText } from "./visible-text.ts";

/** What Apprise's HTTP API takes at `/notify` and `/notify/KEY`. */
export interface AppriseNotification {
  readonly title: string;
  readonly body: string;
  readonly type: "info" | "success" | "warning" | "failure";
  /** Apprise escapes plain text for each of its services. */
  readonly format: "text";
  readonly urls?: string;
  readonly tag?: string;
}

const types: Readonly<Record<Level, AppriseNotification["type"]>> = {
  told: "info",
  resolved: "success",
  warned: "warning",
  failed: "failure",
};

const mostTitle = 200;
const mostPart = 200;

/**
 * A notification for Apprise. `urls` are Apprise's own, for an API without a configuration; `tag` chooses among those that
 * the configuration has.
 */
export function appriseNotification(
  messages: readonly ToldMessage[],
  { urls, tag }: { readonly urls: readonly string[]; readonly tag: string | null },
  baseUrl: string | null,
): AppriseNotification {
  const { level, title, statements, more, url } = digestOf(messages, baseUrl);
  const [only, second] = statements;
  const lines = second === undefined ? (only === undefined ? [] : singleLines(only)) : statements.map(lineOf);
  if (more > 0) lines.push(`and ${more} more`);
  if (url !== null) lines.push(url);
  return {
    title: `${marks[level]} ${visibleText(title, mostTitle)}`,
    // Apprise refuses a notification without a body.
    body: lines.length === 0 ? visibleText(title, mostTitle) : lines.join("\n"),
    type: types[level],
    format: "text",
    ...(urls.length > 0 && { urls: urls.join(", ") }),
    ...(tag !== null && { tag }),
  };
}

/** Apprise answers 204 where it found no service to notify: nobody was told, which is a refusal. */
export function appriseAnswer(answer: Answer): Answer {
  if (answer.type !== "answered" || answer.status !== 204) return answer;
  const text = "Apprise answered 204, it knows nobody to notify: correct urls, or the configuration of the key";
  return { ...answer, status: 422, text };
}

function singleLines(statement: Statement): string[] {
  const lines = [statement.reason ?? "", detailsOf(statement)];
  return lines.map((line) => visibleText(line, 500)).filter((line) => line !== "");
}

function lineOf(statement: Statement): string {
  const details = visibleText(detailsOf(statement), mostPart);
  return `${marks[statement.level]} ${visibleText(statement.title, mostPart)}${details === "" ? "" : `, ${details}`}`;
}
