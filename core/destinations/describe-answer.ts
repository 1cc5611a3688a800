import { utf8Length } from "../definitions/json-size.ts";
import type { Answer } from "./delivery.ts";

/** In bytes. */
const mostAnswer = 1024;

/** What is kept of an answer, as `503, failed 2 of 13: upstream is away`. */
export function answerText(answer: Answer, count?: string): string {
  const start = answer.type === "answered" ? String(answer.status) : noAnswer[answer.type];
  const rest = answer.type === "answered" ? answer.text : answer.reason;
  return cut(
    [count === undefined ? start : `${start}, ${count}`, rest.trim()].filter((part) => part !== "").join(": "),
  );
}

const noAnswer = { unreachable: "not reached", lost: "no answer", forbidden: "not sent" } as const;

/** Why a destination is not told, as a sentence. */
export function reasonOf(answer: Answer): string {
  if (answer.type === "forbidden") return cut(answer.reason);
  if (answer.type === "unreachable") return cut(`it can't be reached: ${answer.reason}`);
  if (answer.type === "lost") return cut(`no answer came: ${answer.reason}`);
  const { status, retryAfter } = answer;
  if (status === 410) return "it answered 410, it is gone: correct its URL, then resume it";
  if (status === 401 || status === 403) return `it answered ${status}: correct its URL, key or secret`;
  if (retryAfter !== null) return `it answered ${status}, it asks to wait`;
  if (status >= 300 && status < 400) {
    return `it answered ${status}, a redirect is not followed: write the URL that it leads to`;
  }
  return `it answered ${status}`;
}

/** The start of a text, in at most 1 KiB. */
function cut(text: string): string {
  let end = mostAnswer;
  // A character has at most three bytes for each of its UTF-16 units.
  while (utf8Length(text.slice(0, end)) > mostAnswer)
    end -= Math.ceil((utf8Length(text.slice(0, end)) - mostAnswer) / 3);
  return text.slice(0, end).toWellFormed();
}
