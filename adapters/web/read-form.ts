import type { BodyRoom } from "../http/body-room.ts";
import { readBody } from "../http/read-body.ts";
import type { Limits } from "../limits.ts";

/** The fields of a form that was sent. Throws HttpError. */
export async function readForm(request: Request, limits: Limits, room: BodyRoom): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(request, limits, room));
}
