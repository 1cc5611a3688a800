import { JsonScanner, type ScanOptions } from "./json-scanner.ts";

/** The JSON as `stringifyJson` writes it after `parseJson` has read it. Throws JsonSyntaxError. */
export function normalJson(text: string, options: ScanOptions): string {
  const scanner = new JsonScanner(text, options);
  const value = scanner.value();
  scanner.end();
  return scanner.text(value);
}
