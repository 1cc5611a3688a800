import type { Limits } from "../limits.ts";
import { type BodyRoom, bodyRoom } from "./body-room.ts";
import { type StreamRoom, streamRoom } from "./stream-room.ts";

/** What all requests of a server share, so that many of them cost no more memory than there is for them. */
export interface Room {
  readonly bodies: BodyRoom;
  readonly streams: StreamRoom;
}

export function openRoom({ queueBytes, streams }: Limits): Room {
  return { bodies: bodyRoom(queueBytes), streams: streamRoom(streams) };
}
