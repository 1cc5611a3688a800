import { type LargeValue, largeValues, nativeReport } from "./large-values.ts";
import { posting, reading, type Shape } from "./shape.ts";
import { openReaders } from "./stream-readers.ts";

const lines = "application/x-ndjson";
const lastOf7000 = 7000;

function resuming(name: string, readers: number, isReading: boolean, quick = false): Shape {
  return {
    name,
    kind: "stream",
    fixture: "events-7000",
    quick,
    ask: async ({ port, settle }) => {
      const streams = openReaders(port, readers, { after: 0, until: lastOf7000, isReading });
      await (isReading ? streams.done : streams.started.then(settle));
      return streams.close();
    },
  };
}

/** A large report while streams are open that all get it. */
function streamed(name: string, value: LargeValue, quick = false): Shape {
  const { body, ask } = posting(name, "/api/v1/events", () => nativeReport("stall/streamed", value));
  return {
    name,
    kind: "stream",
    quick,
    ...(body && { body }),
    ask: async (target) => {
      const streams = openReaders(target.port, 60, { bytes: value.json().length, isReading: true });
      await streams.started;
      const { status, sentBytes, receivedBytes } = await ask(target);
      await streams.done;
      const { receivedBytes: streamedBytes } = streams.close();
      return { status, sentBytes, receivedBytes: receivedBytes + streamedBytes };
    },
  };
}

/** Exports, and readers of the stream of events. */
export const streamShapes: readonly Shape[] = [
  reading("export-62mb", "/api/v1/events", { fixture: "events-36000", kind: "stream", quick: true }, lines),
  reading("export-large-events", "/api/v1/events", { fixture: "large-events", kind: "stream" }, lines),
  reading("export-table", "/api/v1/events", { fixture: "table", kind: "stream" }, lines),
  reading("export-ten-rows", "/api/v1/events", { fixture: "ten-rows", kind: "stream" }, lines),
  resuming("resume-20-readers", 20, true),
  resuming("resume-200-readers", 200, true),
  resuming("resume-200-silent", 200, false, true),
  streamed("report-text-60-streams", largeValues.text, true),
  streamed("report-table-60-streams", largeValues.table),
];
