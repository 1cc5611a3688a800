import type { Limits } from "../limits.ts";
import { bodyRoom } from "./body-room.ts";
import { bodyLateness, type Reading } from "./read-body.ts";
import { createStreamSlots, type StreamSlots } from "./stream-slots.ts";

/** What all requests of a server share, so that many of them cost no more memory than there is for them. */
export interface Room extends Reading {
  readonly streams: StreamSlots;
}

export function openRoom(limits: Limits): Room {
  const { queueBytes, streams } = limits;
  return { bodies: bodyRoom(queueBytes), inTime: bodyLateness(limits), streams: createStreamSlots(streams) };
}
