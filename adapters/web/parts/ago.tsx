/** @jsxImportSource hono/jsx */
import { ago, exactTime } from "../browser/ago.js";

interface AgoProps {
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  readonly now: number;
}

/** A time relative to now, exact on hover. The page's script updates it. */
export function Ago({ time, now }: AgoProps) {
  return (
    <time datetime={new Date(time).toISOString()} title={exactTime(time)} data-ago>
      {ago(time, now)}
    </time>
  );
}
