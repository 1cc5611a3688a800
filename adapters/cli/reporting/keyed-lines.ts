import { parseJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isJsonObject, type JsonValue } from "../../../core/json/json-value.ts";

/**
 * Gives each event without an idempotency key one of its own, `<prefix><its line>`, so that the lines can be sent again.
 * Every other line stays byte for byte as it is, whatever is wrong with it. `lackingKey` counts those that got one.
 */
export function keyedLines(bytes: Uint8Array<ArrayBuffer>, prefix: string, linesBefore: number) {
  // As latin1 each byte is a character and comes back as it was, UTF-8 or not; JSON's own signs are all ASCII.
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
  let lackingKey = 0;
  const keyed = lines.map((line, i) => {
    if (!lacksKey(line)) return line;
    lackingKey++;
    return line.replace(/\}\s*$/, `,"idempotency_key":"${prefix}${linesBefore + i + 1}"}`);
  });
  return { body: Buffer.from(keyed.join("\n"), "latin1"), lackingKey };
}

function lacksKey(line: string): boolean {
  const json = tryParse(line.replace(/^\u00ef\u00bb\u00bf/, ""));
  // An empty object is no event, and has nothing that a comma could follow.
  return isJsonObject(json) && (json.idempotency_key ?? null) === null && Object.keys(json).length > 0;
}

function tryParse(line: string): JsonValue | undefined {
  try {
    return parseJson(line, { maxDepth: maxEventDepth });
  } catch {
    return undefined;
  }
}
