import type { Stores } from "../../../storage/index.ts";
import { demoDefinitions } from "./demo-definitions.ts";
import { demoDays, demoEvents } from "./demo-events.ts";

const day = 86_400_000;
/** What happens in so much of the month is recorded together, and judged at its end. In milliseconds. */
const span = day / 4;
const eventsPerUnit = 500;

interface DemoOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly seed: number;
  /** Sets the clock of the stores: events of a week ago have a receipt of a week ago, and were judged then. */
  readonly setClock: (time: number) => void;
}

/** Defines, records and judges the month, as if a server had been there. Returns what it recorded. */
export async function fillDemo(
  { log, definitions, watching }: Stores,
  { now, seed, setClock }: DemoOptions,
): Promise<{ readonly events: number; readonly assets: number }> {
  const events = demoEvents(now, seed);
  let end = now - demoDays * day;
  setClock(end);
  await definitions.replace("demo", demoDefinitions(now));
  const fence = await watching.takeLease("demo", await watching.lease());
  let cursor: number | undefined;
  for (let at = 0; end < now; ) {
    end = Math.min(end + span, now);
    setClock(end);
    while (at < events.length && (end === now || (events[at]?.timestamp ?? 0) < end)) {
      const unit = events.slice(at, at + eventsPerUnit).filter(({ timestamp }) => end === now || timestamp < end);
      await log.append([unit.map((event) => ({ event }))]);
      at += unit.length;
    }
    for (let hasMore = fence !== undefined; hasMore && fence !== undefined; ) {
      const request = { fence, now: end, clock: end, settleUntil: null, cursor, notesProgress: end === now };
      const step = await watching.step(request);
      ({ cursor, hasMore } = step);
    }
  }
  if (fence !== undefined) await watching.releaseLease(fence);
  return { events: events.length, assets: new Set(events.map(({ assetKey }) => assetKey.join("/"))).size };
}
