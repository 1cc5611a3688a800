import * as v from "valibot";
import { time } from "../reading/event-cells.ts";

/** A time of an answer, in milliseconds since 1970 UTC, or null. */
export const moment = v.nullable(v.pipe(v.string(), v.transform(Date.parse)));

/** A time in a table: empty for none. */
export function momentCell(at: number | null): string {
  return at === null ? "" : time(at);
}
