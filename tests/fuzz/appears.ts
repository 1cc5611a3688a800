import { percentDecode } from "../../core/percent-decode.ts";

type Change = (text: string) => string;

/** What lies between the bytes on the wire and the text that they say. */
const changes: readonly Change[] = [
  // Where one chunk of a body ends and the next begins.
  (text) => text.replace(/\r?\n[\da-f]+[^\r\n]*\r?\n/gi, ""),
  (text) => text.replace(/[\t\r\n]/g, ""),
  (text) => text.replaceAll("\\", "/"),
  percentDecode,
  (text) => text.replaceAll("+", " "),
  (text) => text.replace(/(?:\\u[\da-f]{4})+|\\./gi, readEscapes),
  (text) => text.toWellFormed(),
];

/** A function that says whether a text can be what somebody said in these bytes, of which each is a character. */
export function appearsIn(bytes: string): (text: string) => boolean {
  let said = [Buffer.from(bytes, "latin1").toString("utf8"), bytes];
  for (const change of changes) said = [...new Set(said.flatMap((text) => [text, change(text)]))];
  return (text) => said.some((one) => one.includes(text));
}

function readEscapes(escapes: string): string {
  try {
    return JSON.parse(`"${escapes}"`);
  } catch {
    return escapes;
  }
}
