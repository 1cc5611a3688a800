import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { formatEvent, type RunlessEvent } from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { jsonText } from "../core/arbitraries.ts";
import { type GoldenEvent, readGolden, recordGolden } from "./events.ts";

const path = new URL("events.json", import.meta.url).pathname;
if (existsSync(path)) throw new Error(`${path} is there already. A golden file is never written again.`);

const values = [
  "0",
  "-0",
  "1",
  "1.0",
  "-0.0",
  "1.50",
  "0.1",
  "1e400",
  "-1E+5",
  "1e-7",
  "1e21",
  "5e-324",
  "9007199254740991",
  "9007199254740993",
  "1180591620717411303424",
  "-1180591620717411303424",
  `${"1".repeat(400)}`,
  "0.1000000000000000055",
  "NaN",
  "Infinity",
  "-Infinity",
  "true",
  "null",
  '""',
  '"\\u0041\\/\\u0022\\u005c\\u2028\\u00e9"',
  '"\u2028\u2029\u007f\u0080\ufeff\ufffe\uffff"',
  '"\\u0000\\u0001\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u001F\\u007f"',
  '"\\b\\t\\n\\f\\r\\"\\\\"',
  '"\\ud83d\\ude00 \u{1f600} \\ud83d \\ude00 \\uDE00\\uD83D \\ud83d\u{1f600}"',
  '"\\\\ud83d \\\\\\ud83d"',
  '"NaN"',
  '"Infinity"',
  '"5"',
  '"<script>&amp;"',
  "[]",
  "{}",
  "[[],{},[{}]]",
  '{"":{"":[]}}',
  '{"b":1,"a":2,"10":3,"2":4}',
  '{"a":1,"10":1,"a":2,"2":3,"10":[4]}',
  '{"01":1,"1.0":2,"-1":3,"1":4,"0":5,"4294967294":6,"4294967295":7,"4294967296":8,"9007199254740993":9}',
  '{"4294967295":1,"4294967294":2,"10":3,"9":4,"00":5}',
  '{"__proto__":{"__proto__":[1.0]},"constructor":1,"toString":null}',
  '{"a":{"__proto__":1,"__proto__":2.0},"__proto__":null}',
  '{"\\u0061":1,"a":2,"\\u0031":3,"1":4,"\\/":5,"/":6}',
  '{"\\ud83d":1,"\ufffd":2,"\\ude00":3,"\\ud83d\\ude00":4,"\u{1f600}":5}',
  '{"\uffff":1,"\u{1f600}":2,"\ue000":3,"é":4,"z":5,"":6}',
  ' { "a" : [ 1 , 2.0 , { } , [ ] ] ,\n\t"b" :\r\n null } ',
  '[{"i":1,"name":"row 1","v":0.142857142857},{"i":2,"name":"row 2","v":0.285714285714},{"name":"row 3","i":3}]',
  '[{"a":1,"b":2},{"b":1,"a":2},{"a":1,"a":2},{"b":1},{"c":[{"d":1,"c":2}]}]',
  '[NaN,Infinity,-Infinity,{"x":NaN},-0,-0.0,1e400]',
  '{"type":"url","raw_value":"https://example.com/\\u00e9"}',
  '{"raw_value":"https://example.com","type":"url"}',
  '{"type":"json","raw_value":{"b":[NaN,1.0],"a":{"10":1,"9":2}}}',
  '{"type":"table","raw_value":[{"z":1,"a":[{}]}]}',
  '{"raw_value":{"columns":[{"name":"n","type":"t"}]},"type":"table_schema"}',
  '{"type":"table_column_lineage","raw_value":{}}',
  '{"type":"json","raw_value":5}',
  '{"type":"json","raw_value":1.0}',
  '{"type":"json","raw_value":"\\ud83d"}',
  '{"type":"json","raw_value":NaN}',
  '{"type":"json","raw_value":null}',
  '{"type":"int","raw_value":"1180591620717411303424"}',
  '{"type":"int","raw_value":"5"}',
  '{"type":"int","raw_value":-0}',
  '{"type":"int","raw_value":1.0}',
  '{"type":"float","raw_value":1}',
  '{"type":"float","raw_value":"NaN"}',
  '{"type":"float","raw_value":1e400}',
  '{"type":"float","raw_value":-0.0}',
  '{"type":"timestamp","raw_value":1700000000}',
  '{"type":"timestamp","raw_value":1700000000.25}',
  '{"type":"asset","raw_value":["a","b\\/c"]}',
  '{"type":"asset","raw_value":"a/b"}',
  '{"type":"asset","raw_value":[]}',
  '{"type":"asset","raw_value":[1]}',
  '{"type":"bool","raw_value":true}',
  '{"type":"null","raw_value":null}',
  '{"type":"null","raw_value":[]}',
  '{"type":"md","raw_value":"# a\\n"}',
  '{"type":"md","raw_value":{"a":1}}',
  '{"type":"unknown","raw_value":[1.0]}',
  '{"type":"table"}',
  '{"raw_value":[1]}',
  '{"type":"table","raw_value":[1],"rawValue":[2]}',
  '{"type":"table","rawValue":[2.0]}',
  '{"type":"table","raw_value":[1],"more":[2]}',
  '{"type":"table","type":"json","raw_value":[1],"raw_value":[2]}',
  '{"type":"\\u0074able","raw\\u005fvalue":[1]}',
  '{"type":["table"],"raw_value":[1]}',
  ...[497, 498, 499, 501, 502, 503].flatMap((depth) => [
    "[".repeat(depth) + "]".repeat(depth),
    `${'{"b":'.repeat(depth - 1)}{"b":1,"a":2}${"}".repeat(depth - 1)}`,
    `{"type":"json","raw_value":${"[".repeat(depth)}${"]".repeat(depth)}}`,
    `{"type":"json","raw_value":${"[".repeat(depth)}null${"]".repeat(depth)}}`,
  ]),
];

const valid = (text: string) => `{"metadata":{"value":${text}}}`;
const bodies = [
  ...values.map(valid),
  `{"metadata":{${values
    .slice(0, 60)
    .map((value, i) => `"${(i * 7) % 60}${i % 3 === 0 ? "x" : ""}":${value}`)
    .join(",")}}}`,
  `{"metadata":{"b":[1],"a":[2],"10":[3],"2":[4],"b":{"c":5},"\\u0061":[6],"__proto__":[7]}}`,
  `{"metadata":{},"description":"\\ud83d\\/","partition":"\\u0000p","tags":{"z":"1","10":"\\u0022","__proto__":"p","z":"2"}}`,
  `{"data_version":1.0,"description":"d","metadata":{"a":{"b":1}}}`,
  `{"data_version":9007199254740993,"tags":{"a":"\\/"},"metadata":null}`,
  `{"metadata":{"a":1},"metadata":{"b":[2, 3]}}`,
  '{"metadata":[1]}',
  '{"metadata":"{}"}',
  '{"metadata":1.0}',
  '{"partition":[1.0,{"a":2}]}',
  '{"partition":{"a":2.0}}',
  '{"description":[]}',
  '{"data_version":{"a":1}}',
  '{"tags":[]}',
  '{"tags":{"a":{"b":1}}}',
  '{"passed":[true]}',
  '{"asset_key":["body","key"],"metadata":{"a":[1]}}',
  '{"asset_key":[["a"]]}',
  '{"asset_key":{"a":1}}',
  '{"unknown":[1]}',
  "[]",
  '[{"a":1}]',
  "1.0",
  '"a"',
  "{",
  '{"metadata":{"a":[1,]}}',
  '{"metadata":{"a":[1}}',
  '{"metadata":{"a":"\n"}}',
  '{"metadata":{"a":"\\x"}}',
  '{"metadata":{"a":01}}',
  '{"metadata":{"a":"b}}',
  '{"metadata":{"a":tru}}',
  '{"metadata":{"a":1}} x',
];

function bodyOf(endpoint: GoldenEvent["endpoint"], body: string): string {
  const extra = {
    materialization: "",
    check: '"check_name":"c","passed":true',
    native: '"type":"ASSET_OBSERVATION","asset_key":["a","b/c"],"timestamp":1000',
  }[endpoint];
  return extra !== "" && body.startsWith("{") ? body.replace("{", `{${extra},`) : body;
}

const endpoints = ["materialization", "check", "native"] as const;
const random = fc.sample(jsonText, { seed: 17, numRuns: 150 }).filter((text) => text.length > 8 && text.length < 2000);
const sent = [
  ...endpoints.flatMap((endpoint) =>
    bodies.slice(endpoint === "check" ? values.length : 0).map((body) => ({ endpoint, body: bodyOf(endpoint, body) })),
  ),
  ...random.map((text, i) => {
    const endpoint = i % 2 === 0 ? ("materialization" as const) : ("native" as const);
    return { endpoint, body: bodyOf(endpoint, valid(text)) };
  }),
  {
    endpoint: "native" as const,
    body: '{"type":"ASSET_MATERIALIZATION","asset_key":"a","partitions":["p","q"],"metadata":{"t":{"type":"table","raw_value":[{"b":1,"a":1.0}]}}}',
  },
];
const events: GoldenEvent[] = sent.map((given) => {
  try {
    return { ...given, recorded: readGolden(given).map(recordGolden) };
  } catch (error) {
    return { ...given, refused: String(error) };
  }
});

/** Events that no constructor made, as types allow them. */
const byHand: readonly RunlessEvent["metadata"][] = [
  { a: { type: "int", rawValue: 2 ** 60 }, b: { type: "int", rawValue: -0 } },
  { a: { type: "text", rawValue: "\ud83d" }, "\ud83d": { type: "json", rawValue: ["\ude00", { "\ud83d": 1 }] } },
  { a: { type: "json", rawValue: [1e21, 1e-7, -0, Number.NaN, 0.1] }, "10": { type: "json", rawValue: 1 } },
  {
    a: { type: "float", rawValue: 1e21 },
    b: { type: "float", rawValue: -0 },
    c: { type: "timestamp", rawValue: 1e-7 },
  },
];
const built = byHand.map((metadata) => {
  const event: RunlessEvent = {
    type: "ASSET_MATERIALIZATION",
    assetKey: ["a"],
    partition: null,
    timestamp: 0,
    description: "\ud83d",
    tags: { "\ud83d": "\ude00", "dagster/data_version": "\ud83d" },
    metadata,
  };
  return recordGolden(event);
});

/** What each released version's database answers. */
const folder = mkdtempSync(join(tmpdir(), "golden-"));
const databases: Record<string, readonly string[]> = {};
for (const name of readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".db"))
  .sort()) {
  copyFileSync(new URL(name, import.meta.url), join(folder, name));
  const log = await openEventLog({ url: `file:${join(folder, name)}` });
  const page = await log.query({}, { order: "asc", limit: 100 });
  databases[name] = page.events.map(formatEvent);
  await log.close();
}
rmSync(folder, { recursive: true });

writeFileSync(path, `${JSON.stringify({ events, built, databases }, null, 1)}\n`);
console.log(`${events.length} events, ${events.filter(({ refused }) => refused).length} of them refused`);
