import { formatEvent, type RecordedEvent } from "../../core/index.ts";
import type { EventFilter } from "../../storage/index.ts";
import type { AppDeps } from "./app-deps.ts";
import { type CommitBell, commitBell } from "./commit-bell.ts";
import { newestId, walkEvents } from "./event-walk.ts";
import { textStream } from "./text-stream.ts";

// What lies between takes a connection that is silent for much longer for dead.
const heartbeat = 5000;
const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect events before it passes them on.
  "x-accel-buffering": "no",
};

/**
 * All events that match, from `after` on or from now on, as server-sent events: `id` is the event's, `event` its type.
 * `event: position` says only how far the stream has come: where it starts, and with heartbeats past events that did
 * not match, so that a stream which resumes there misses nothing and examines nothing again.
 *
 * The client's reading drives it: a slow reader has one page waiting and no more.
 */
export async function streamEvents(filter: EventFilter, { log, closing }: AppDeps): Promise<Response> {
  let position = filter.after ?? (await newestId(log));
  const walk = walkEvents(log, { ...filter, after: position }, "asc");
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

  async function next(waiting: CommitBell): Promise<string | undefined> {
    const due = performance.now() + heartbeat;
    while (!stopped) {
      const isDue = performance.now() >= due;
      // Before the look, which has then examined everything up to here.
      const newest = isDue ? await newestId(log) : position;
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

  const body = textStream({
    next: async () => {
      if (bell !== undefined) return next(bell);
      // Not before the first read: a request that is given up earlier never says so.
      bell = commitBell(log);
      closing?.addEventListener("abort", stop);
      if (closing?.aborted === true) stop();
      return `retry: 1000\n${formatPosition(position)}`;
    },
    stop,
  });
  return new Response(body, { headers });
}

function formatBlock(event: RecordedEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${formatEvent(event)}\n\n`;
}

function formatPosition(id: number): string {
  return `id: ${id}\nevent: position\ndata: {"id":${id}}\n\n`;
}
