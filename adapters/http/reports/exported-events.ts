import { type EventReport, formatEvent, type RecordedEvent } from "../../../core/index.ts";
import type { EventLog, UnitResult } from "../../../storage/index.ts";
import { type LineUnit, underContentKey } from "./event-batch.ts";

/**
 * Records lines, and each exported event exactly once, from any log:
 *
 * - An export of this log has two kinds of lines that would be recorded again: those under `<log_id>/<id>`, a key that
 *   was never sent here, and those first reported without a timestamp, which an export fills in.
 * - An export of another log has lines whose key another event has here: see `underContentKey`.
 */
export interface ExportedEvents {
  /** The event that the key of each line names, if it is in this log. */
  find(lines: readonly LineUnit[]): Promise<ReadonlyMap<LineUnit, UnitResult>>;
  append(lines: readonly LineUnit[]): Promise<ReadonlyMap<LineUnit, UnitResult | undefined>>;
}

export function exportedEvents(log: Pick<EventLog, "append" | "get">, logId: string): ExportedEvents {
  const prefix = `${logId}/`;

  async function duplicateOf(report: EventReport, id: number): Promise<UnitResult | undefined> {
    const recorded = await log.get(id);
    if (recorded === undefined || !isSame(recorded, report)) return undefined;
    return { status: "recorded", events: [{ id, duplicate: true }] };
  }

  /** The result; a duplicate if it is a conflict with an equal event. */
  async function recognise({ unit }: LineUnit, result: UnitResult | undefined): Promise<UnitResult | undefined> {
    const [report] = unit;
    const isOne = report !== undefined && unit.length === 1;
    if (result?.status !== "conflict" || result.id === null || !isOne) return result;
    return (await duplicateOf(report, result.id)) ?? result;
  }

  async function appendAll(lines: readonly LineUnit[]) {
    const results =
      lines.length === 0
        ? []
        : await log.append(
            lines.map(({ unit }) => unit),
            { waitWhenFull: true },
          );
    return new Map(await Promise.all(lines.map(async (line, i) => [line, await recognise(line, results[i])] as const)));
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
    async append(lines) {
      const answers = await appendAll(lines);
      const others = lines.flatMap((line) => {
        const [report] = line.unit;
        const isConflict = line.isExported && answers.get(line)?.status === "conflict";
        const other = isConflict && report !== undefined ? underContentKey(report) : undefined;
        return other === undefined ? [] : [[line, { ...line, unit: [other] }] as const];
      });
      const results = await appendAll(others.map(([, other]) => other));
      return new Map([...answers, ...others.map(([line, other]) => [line, results.get(other)] as const)]);
    },
  };
}

function isSame(recorded: RecordedEvent, { event }: EventReport): boolean {
  if (event.timestamp === null) return false;
  const { id, receivedAt } = recorded;
  return formatEvent({ ...event, timestamp: event.timestamp, id, receivedAt }) === formatEvent(recorded);
}
