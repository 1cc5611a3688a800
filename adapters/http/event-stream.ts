import { formatEvent, type RecordedEvent } from "../../core/index.ts";
import type { EventFilter } from "../../storage/index.ts";
import type { AppDeps } from "./app-deps.ts";
import type { CallersLog } from "./callers-log.ts";
import { type CommitBell, commitBell } from "./commit-bell.ts";
import { newestId, walkEvents } from "./event-walk.ts";
import { answerHeaders } from "./security-headers.ts";
import type { StreamPlace } from "./stream-place.ts";
import { textStream } from "./text-stream.ts";

// What lies between takes a connection that is silent for much longer for dead.
const heartbeat = 5000;
const headers = {
  ...answerHeaders,
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect events before it passes them on.
  "x-accel-buffering": "no",
};

/**
 * All events that match, from `after` on or from now on, as server-sent events: `id` is the event's, `event` its type.
 * `event: position` says only how far the stream has come: where it starts, and with heartbeats past events that did
 * not match, so that a stream which resumes there misses nothing and examines nothing again. `event: pruned` says at the
 * beginning that retention has deleted events behind the position, up to the one that it names.
 *
 * The client's reading drives it: a slow reader has one page waiting and no more.
 */
export async function streamEvents(
  log: CallersLog,
  filter: EventFilter,
  { log: whole, closing }: Pick<AppDeps, "log" | "closing">,
  place: StreamPlace,
): Promise<Response> {
  place.streams.assertFree();
  let position = filter.after ?? (await newestId(whole));
  const prunedId = filter.after === undefined ? 0 : await whole.prunedId(filter.type);
  // Here, since whoever may not see this is told before the answer starts.
  const narrowed = log.narrow({ ...filter, after: position });
  const walk = walkEvents(log, narrowed, "asc");
  let bell: CommitBell | undefined;
  let stopped = false;

  /** What the log has now; `atEnd` is false where time ran out on events that don't match. */
  async function look(due: number): Promise<{ readonly text: string; readonly atEnd: boolean }> {
    for (;;) {
      const { events, hasMore } = await walk.next();
      const text = events.map(formatBlock).join("");
      walk.measured(events.length, text.length);
      position = events.at(-1)?.id ?? position;
      if (text !== "" || !hasMore || performance.now() >= due || stopped) return { text, atEnd: !hasMore };
    }
  }

  async function following(waiting: CommitBell): Promise<string | undefined> {
    const due = performance.now() + heartbeat;
    while (!stopped) {
      const isDue = performance.now() >= due;
      // Before the look, which has then examined everything up to here.
      const newest = isDue ? await newestId(whole) : position;
      const { text, atEnd } = await look(due);
      if (text !== "") return text;
      if (!isDue) await waiting.wait(Math.max(0, due - performance.now()));
      else if (!atEnd || newest <= position) return ": still here\n\n";
      else {
        position = newest;
        return formatPosition(newest);
      }
    }
    return undefined;
  }

  function stop(): void {
    stopped = true;
    bell?.stop();
    closing?.removeEventListener("abort", stop);
  }

  const next = async (): Promise<string | undefined> => {
    if (bell !== undefined) return following(bell);
    // Not before the first read: a request that is given up earlier never says so.
    bell = commitBell(log);
    closing?.addEventListener("abort", stop);
    if (closing?.aborted === true) stop();
    const pruned = prunedId > position ? formatPruned(prunedId) : "";
    return `retry: 1000\n${pruned}${formatPosition(position)}`;
  };
  return new Response(textStream({ next, stop }, place), { headers });
}

function formatBlock(event: RecordedEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${formatEvent(event)}\n\n`;
}

/** Without an id: what is left below the pruned event is still to come. */
function formatPruned(id: number): string {
  return `event: pruned\ndata: {"id":${id}}\n\n`;
}

function formatPosition(id: number): string {
  return `id: ${id}\nevent: position\ndata: {"id":${id}}\n\n`;
}
