import { RunlessClientError } from "./client-error.ts";
import type { Send } from "./http-sender.ts";

export interface ClosableSend {
  readonly send: Send;
  /** Resolves when every call under way has ended; later ones reject with `closed`. */
  readonly close: () => Promise<void>;
}

export function closable(send: Send): ClosableSend {
  const underWay = new Set<Promise<string>>();
  let closed = false;
  return {
    send: async (call) => {
      if (closed) throw new RunlessClientError("closed", "This client is closed.");
      const answer = send(call);
      underWay.add(answer);
      try {
        return await answer;
      } finally {
        underWay.delete(answer);
      }
    },
    close: async () => {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}
