import { type Level, levels, pageUrl, type Statement, stateMessage, type ToldMessage } from "./told-message.ts";

/** How many a message names. */
const mostNamed = 20;

/** One or several messages as one. */
export interface Digest {
  readonly level: Level;
  /** What the only one says, or how many there are: `3 are late or fail, 1 is resolved`. */
  readonly title: string;
  /** The worst first. */
  readonly statements: readonly Statement[];
  /** How many more there are. */
  readonly more: number;
  /** The page about the only one, or about all that fire. */
  readonly url: string | null;
}

/** Of an alert that is told of more than once only the last message counts. */
export function digestOf(messages: readonly ToldMessage[], baseUrl: string | null): Digest {
  const last = new Map<number | ToldMessage, ToldMessage>();
  for (const message of messages) {
    const id = message.alert?.id ?? message;
    last.delete(id); // so that it lies where it was told last
    last.set(id, message);
  }
  const all = [...last.values()].map((message) => stateMessage(message, baseUrl));
  const rank = ({ level }: Statement) => levels.indexOf(level);
  const statements = all.toSorted((a, b) => rank(b) - rank(a));
  const [first, second] = statements;
  const level = first?.level ?? "told";
  const rest = { level, statements: statements.slice(0, mostNamed), more: Math.max(0, statements.length - mostNamed) };
  if (first !== undefined && second === undefined) return { ...rest, title: first.title, url: first.url };
  const counts = (Object.keys(words) as Level[]).flatMap((one) => {
    const count = statements.filter((statement) => statement.level === one).length;
    return count === 0 ? [] : `${count} ${words[one][count === 1 ? 0 : 1]}`;
  });
  const isOfAlerts = messages.some(({ alert }) => alert !== undefined);
  return { ...rest, title: counts.join(", "), url: pageUrl(baseUrl, isOfAlerts ? "/alerts" : "/events") };
}

/** Of one, and of several. In the order in which they are said. */
const words: Readonly<Record<Level, readonly [string, string]>> = {
  failed: ["is late or fails", "are late or fail"],
  warned: ["warning", "warnings"],
  resolved: ["is resolved", "are resolved"],
  told: ["event", "events"],
};

/** What is seen before a word is read. */
export const marks: Readonly<Record<Level, string>> = { failed: "🔴", warned: "🟡", resolved: "🟢", told: "🔵" };
