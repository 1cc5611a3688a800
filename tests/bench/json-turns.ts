// One shape of JSON on the runtime that runs this: prints the milliseconds of CPU that each way takes, by turns, as JSON.
// With the name of a way: takes it once and prints the process's peak of memory in bytes.

import { defaultLimits } from "../../adapters/config/limits.ts";
import { checkEvents, partLimits } from "../../adapters/http/reports/event-limits.ts";
import { parseDetails, withDetails } from "../../core/events/kept-details.ts";
import { scanReport } from "../../core/events/scanned-input.ts";
import { formatDetails } from "../../core/events/wire.ts";
import { formatEvent, parseReportBody, parseReportRequest, type RecordedEvent } from "../../core/index.ts";
import { fingerprint } from "../../storage/recording/fingerprint.ts";
import { bodyOf } from "./json-shapes.ts";
import { median } from "./statistics.ts";

const rounds = 15;
const warmingRounds = 5;

const [shape = "", once] = process.argv.slice(2);
const body = bodyOf(shape);
// JSON.parse knows no NaN.
const strict = body.replaceAll("NaN", "0.1");
const limits = { ...defaultLimits, bodyBytes: 2 ** 30, metadataBytes: 2 ** 30 };
const parts = partLimits(limits, (problem) => new Error(problem));
const fields = {
  id: 1,
  type: "ASSET_MATERIALIZATION",
  assetKey: ["a"],
  partition: null,
  timestamp: 0,
  receivedAt: 0,
} as const;

function read(parse?: (json: string) => ReturnType<typeof scanReport>) {
  const event = parseReportRequest("/report_asset_materialization/a", [], parseReportBody(body, parse));
  checkEvents([{ event }], limits);
  return event;
}

const scan = () => read((json) => scanReport(json, parts));
const tree = () => read();
const scanned = scan();
const details = formatDetails(scanned);

const ways: Readonly<Record<string, () => unknown>> = {
  parse: () => JSON.parse(strict),
  // The first unit is asked for, since engines put a text together only when somebody looks at it.
  reportTree: () => formatDetails(tree()).charCodeAt(0),
  reportScan: () => formatDetails(scan()).charCodeAt(0),
  fingerprint: () => fingerprint(scanned),
  readTree: () => formatEvent({ ...fields, ...parseDetails(details) } as RecordedEvent).charCodeAt(0), // a whole event
  readText: () => formatEvent(withDetails(fields, details) as RecordedEvent).charCodeAt(0), // likewise
};

if (once !== undefined) {
  ways[once]?.();
  console.log(process.resourceUsage().maxRSS * 1024);
} else {
  const turns = Object.entries(ways).map(([name, run]) => ({ name, run, times: [] as number[] }));
  for (let round = 0; round < warmingRounds + rounds; round++) {
    for (const { run, times } of round % 2 === 0 ? turns : turns.toReversed()) {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      if (round >= warmingRounds) times.push((user + system) / 1000);
    }
  }
  console.log(JSON.stringify(Object.fromEntries(turns.map(({ name, times }) => [name, median(times)]))));
}
