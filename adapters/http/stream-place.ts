import type { AppEnv } from "./app-deps.ts";
import type { KeepOpen } from "./keep-open.ts";
import type { Room } from "./room.ts";
import type { StreamRoom } from "./stream-room.ts";

/** What an answer without an end of its own takes up, and the connection that it goes out on. */
export interface StreamPlace {
  readonly streams: StreamRoom;
  readonly keepOpen: KeepOpen | undefined;
  /** Ends the connection at once. Default: the body fails, and the runtime has the last word. */
  readonly breakOff: (() => void) | undefined;
}

export function streamPlace({ streams }: Room, env: AppEnv["Bindings"] | undefined): StreamPlace {
  return { streams, keepOpen: env?.keepOpen, breakOff: env?.breakOff };
}
