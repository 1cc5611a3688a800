import { detailsLength } from "../../../core/events/details-start.ts";
import type { AssetCheckEvaluation, RecordedEvent } from "../../../core/index.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";

export type Evaluation = RecordedEvent & AssetCheckEvaluation;

const mostCharacters = 2_000_000;
const mostAtOnce = 16;

/**
 * The evaluations with these ids, in their order, for as long as their texts do not hold too much together; none for what
 * was wiped meanwhile.
 */
export async function readEvaluations(log: ScopedEventLog, ids: readonly number[]): Promise<readonly Evaluation[]> {
  const found: Evaluation[] = [];
  let characters = 0;
  // Any of them may be as large as a body: the first ones say whether more can be asked for at once.
  for (let at = 0, count = 4; at < ids.length && characters < mostCharacters; at += count) {
    if (at > 0 && characters < mostCharacters / 4) count = mostAtOnce;
    const events = await Promise.all(ids.slice(at, at + count).map((id) => log.get(id)));
    for (const event of events) {
      if (!isEvaluation(event)) continue;
      found.push(event);
      characters += detailsLength(event);
    }
  }
  return found;
}

/** Also of what was wiped between two reads. */
function isEvaluation(event: RecordedEvent | undefined): event is Evaluation {
  return event?.type === "ASSET_CHECK_EVALUATION";
}
