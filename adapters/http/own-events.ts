import type { EventReport } from "../../core/event-input.ts";
import { formatEvent, type RecordedEvent } from "../../core/index.ts";
import type { EventLog, UnitResult } from "../../storage/index.ts";
import type { LineUnit } from "./event-batch.ts";

/**
 * Lets a log's export come back to the log itself without repeating anything. Two kinds of lines would be taken for
 * other events: those under `<log_id>/<id>`, a key that was never sent here, and those whose first report left the
 * timestamp open, which an export fills in.
 */
export interface OwnEvents {
  /** The event that each line's key says it is, where it is in this log. */
  find(lines: readonly LineUnit[]): Promise<ReadonlyMap<LineUnit, UnitResult>>;
  /** The result, or, where it is a conflict with the very same event, that it is a duplicate. */
  recognise(line: LineUnit, result: UnitResult | undefined): Promise<UnitResult | undefined>;
}

export function ownEvents(log: EventLog, logId: string): OwnEvents {
  const prefix = `${logId}/`;

  async function duplicateOf(report: EventReport, id: number): Promise<UnitResult | undefined> {
    const recorded = await log.get(id);
    if (recorded === undefined || !isSame(recorded, report)) return undefined;
    return { status: "recorded", events: [{ id, duplicate: true }] };
  }

  return {
    async find(lines) {
      const found = new Map<LineUnit, UnitResult>();
      const ours = lines.filter(({ unit }) => unit[0]?.idempotencyKey?.startsWith(prefix));
      const look = async (line: LineUnit) => {
        const [report] = line.unit;
        const id = Number(report?.idempotencyKey?.slice(prefix.length));
        const result = report && Number.isSafeInteger(id) ? await duplicateOf(report, id) : undefined;
        if (result !== undefined) found.set(line, result);
      };
      await Promise.all(ours.map(look));
      return found;
    },
    async recognise(line, result) {
      const [report] = line.unit;
      const isOne = report !== undefined && line.unit.length === 1;
      if (result?.status !== "conflict" || result.id === null || !isOne) return result;
      return (await duplicateOf(report, result.id)) ?? result;
    },
  };
}

function isSame(recorded: RecordedEvent, { event }: EventReport): boolean {
  if (event.timestamp === null) return false;
  const { id, receivedAt } = recorded;
  return formatEvent({ ...event, timestamp: event.timestamp, id, receivedAt }) === formatEvent(recorded);
}
