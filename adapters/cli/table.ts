import { styleText } from "node:util";
import { printable } from "../config/printable.ts";

export type Style = "bold" | "dim" | "green" | "red" | "yellow";
export type Cell = string | { readonly text: string; readonly style: Style };

/** Formats rows in columns under their headers. Numbers are aligned to the right. */
export function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const plain = rows.map((row) => row.map((cell) => printable(typeof cell === "string" ? cell : cell.text)));
  const widths = headers.map((header, i) =>
    plain.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), header.length),
  );
  const isNumber = headers.map((_, i) => plain.length > 0 && plain.every((row) => /^\d*$/.test(row[i] ?? "")));
  const pad = (text: string, i: number) => (isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0));
  const lines = plain.map((row, r) =>
    row.map((text, i) => {
      const cell = rows[r]?.[i];
      return typeof cell === "object" ? paint(cell.style, pad(text, i)) : pad(text, i);
    }),
  );
  const head = headers.map((header, i) => paint("bold", pad(header, i)));
  return [head, ...lines].map((cells) => cells.join("  ").trimEnd()).join("\n");
}

/** Colours a text, if standard output is a terminal and NO_COLOR is not set. */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY === true && !process.env.NO_COLOR ? styleText(style, text) : text;
}
