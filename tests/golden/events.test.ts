import { expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEventInput } from "../../core/events/event-input.ts";
import { largeText } from "../../core/events/json-text.ts";
import { type PartLimits, scanEvents, scanReport } from "../../core/events/scanned-input.ts";
import {
  formatEvent,
  parseReportBody,
  parseReportCheckRequest,
  parseReportRequest,
  type RunlessEvent,
} from "../../core/index.ts";
import { openEventLog } from "../../storage/index.ts";
import { eventFromRow } from "../../storage/libsql/write/event-row.ts";
import golden from "./events.json" with { type: "json" };
import { type GoldenEvent, goldenNow, readGolden, recordGolden, storedRow } from "./events.ts";

const events = golden.events as readonly GoldenEvent[]; // as write-events.ts wrote them

function outcome(given: Pick<GoldenEvent, "endpoint" | "body">, read = readGolden): Partial<GoldenEvent> {
  try {
    return { recorded: read(given).map(recordGolden) };
  } catch (error) {
    return { refused: String(error) };
  }
}

const limits: PartLimits = {
  events: 100,
  tags: 100,
  metadata: 100,
  partitions: 100,
  refuse: (part) => {
    throw new Error(`too many ${part}`);
  },
};

/** As `readGolden`, by scanning. */
function scanGolden({ endpoint, body }: Pick<GoldenEvent, "endpoint" | "body">): readonly RunlessEvent[] {
  if (endpoint === "native") {
    const [input] = scanEvents(body.startsWith("[") ? `[${body}]` : body, limits).inputs;
    return parseEventInput(input?.() ?? null, { now: goldenNow }).map(({ event }) => event);
  }
  const parse = endpoint === "check" ? parseReportCheckRequest : parseReportRequest;
  return [
    parse(
      `/report_asset_${endpoint}/golden/key`,
      [],
      parseReportBody(body, (json) => scanReport(json, limits)),
    ),
  ];
}

test("a report is stored, answered and fingerprinted, or refused, as it ever was", () => {
  for (const given of events) {
    const { endpoint, body, ...before } = given;
    expect({ endpoint, body, ...outcome(given) }).toEqual({ endpoint, body, ...before });
  }
});

test("a report that is large is too", () => {
  for (const given of events) {
    const { endpoint, body, ...before } = given;
    // Behind the rest, so that mistakes stay in their places.
    const large = body.endsWith("}") ? `${body.slice(0, -1)}${" ".repeat(largeText)}}` : body;
    expect({ endpoint, body, ...outcome({ endpoint, body: large }, scanGolden) }).toEqual({
      endpoint,
      body,
      ...before,
    });
  }
});

test("what a program built by hand is answered as it ever was", () => {
  for (const { row, answer } of golden.built) expect(formatEvent(eventFromRow(storedRow(row)))).toBe(answer);
});

test("a copy of what was read says the same, by way of its parsed values", () => {
  const rows = [...events.flatMap(({ recorded = [] }) => recorded), ...golden.built];
  for (const { row, answer } of rows) expect(formatEvent({ ...eventFromRow(storedRow(row)) })).toBe(answer);
});

test.each(Object.entries(golden.databases))(
  "%s is answered as the version answered that wrote it",
  async (name, answers) => {
    const folder = mkdtempSync(join(tmpdir(), "golden-"));
    try {
      copyFileSync(new URL(name, import.meta.url), join(folder, name));
      const log = await openEventLog({ url: `file:${join(folder, name)}` });
      const { events } = await log.query({}, { order: "asc", limit: 100 });
      expect(events.map((event) => formatEvent(event))).toEqual(answers);
      await log.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
