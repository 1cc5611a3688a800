import {
  configureSync,
  getAnsiColorFormatter,
  getConfig,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
  type TextFormatterOptions,
} from "@logtape/logtape";
import { printable } from "./printable.ts";

/** The server's log. A program that serves the app itself configures it through LogTape. */
export const logger = getLogger("runless");

export interface LogSettings {
  readonly level: "debug" | "info" | "warning" | "error";
  /** `auto`: text at a terminal, JSON elsewhere. */
  readonly format: "auto" | "json" | "text";
}

/** Escapes braces, in which LogTape expects the names of properties. */
export function plain(text: string): string {
  return text.replace(/[{}]/g, "$&$&");
}

/** Whether logging is configured. Else log records are lost. */
export function isLogging(): boolean {
  return getConfig() !== null;
}

/** Sends the log to the console: warnings and errors to standard error, the rest to standard output. */
export function setUpLogging({ level, format }: LogSettings): void {
  configureSync({
    reset: true,
    sinks: { console: getConsoleSink({ formatter: formatterOf(format) }) },
    loggers: [
      { category: "runless", lowestLevel: level, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
    ],
  });
}

/** A log record of another thread, as plain data. */
interface RelayedRecord {
  readonly level: string;
  readonly message: string;
  readonly properties: object;
}

/** For threads other than the main one: `send` must pass the records to `relayLog` there. */
export function sendLogTo(level: LogSettings["level"], send: (record: RelayedRecord) => void): void {
  configureSync({
    reset: true,
    sinks: {
      main: ({ level, rawMessage, properties }) => send({ level, message: String(rawMessage), properties }),
    },
    loggers: [
      { category: "runless", lowestLevel: level, sinks: ["main"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["main"] },
    ],
  });
}

/** Logs a record of another thread. */
export function relayLog({ level, message, properties }: RelayedRecord): void {
  const facts = { ...properties };
  if (level === "debug" || level === "trace") logger.debug(message, facts);
  else if (level === "info") logger.info(message, facts);
  else if (level === "warning") logger.warn(message, facts);
  else logger.error(message, facts);
}

function formatterOf(format: LogSettings["format"]): TextFormatter {
  const isTerminal = process.stdout.isTTY === true;
  if (format === "json" || (format === "auto" && !isTerminal)) return getJsonLinesFormatter({ properties: "flatten" });
  return isTerminal && !process.env.NO_COLOR ? getAnsiColorFormatter(textFormat) : getTextFormatter(textFormat);
}

const textFormat: TextFormatterOptions = {
  timestamp: "time",
  format: ({ timestamp, level, message, record }) => `${timestamp} ${level} ${message}${formatProperties(record)}`,
};

function formatProperties({ properties }: LogRecord): string {
  const texts = Object.entries(properties).map(([name, value]) =>
    value instanceof Error ? `\n${formatStack(value)}` : ` ${name}=${formatValue(value)}`,
  );
  return texts.join("");
}

function formatStack({ stack, message }: Error): string {
  return (stack ?? message).split("\n").map(printable).join("\n");
}

/** A plain word as it is, any other value as JSON. */
function formatValue(value: unknown): string {
  const text = String(value);
  return /^[\w.:/+%,@-]+$/.test(text) ? text : printable(JSON.stringify(text));
}
