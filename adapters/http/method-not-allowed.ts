import type { Context } from "hono";
import { HttpError } from "./http-error.ts";

/** The handler behind a path's own methods: 405 with the methods that there are. */
export function methodNotAllowed(...allowed: readonly string[]): (c: Context) => never {
  return (c) => {
    throw new HttpError(405, `${c.req.method} is not for this path; send ${allowed.join(" or ")}.`, {
      allow: allowed.join(", "),
    });
  };
}
