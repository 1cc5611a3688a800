/** @jsxImportSource hono/jsx */
import { ago } from "./browser/ago.js";

interface AgoProps {
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  readonly now: number;
}

/** A time relative to now, exact on hover. The page's script keeps it fresh. */
export function Ago({ time, now }: AgoProps) {
  const exact = new Date(time).toISOString();
  return (
    <time datetime={exact} title={readable(exact)} data-ago>
      {ago(time, now)}
    </time>
  );
}

/** An exact time for people, in UTC to the second. */
export function exactTime(time: number): string {
  return readable(new Date(time).toISOString());
}

function readable(iso: string): string {
  return iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}
