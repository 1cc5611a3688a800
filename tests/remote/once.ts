import type { PipelineRequest } from "./hrana-types.ts";
import type { Interference, StandIn } from "./stand-in.ts";

/** Interferes with the next request whose JSON has the text, and with no other. Resolves when it has. */
export function once(standIn: StandIn, text: string, what: Interference | (() => Promise<unknown>)): Promise<void> {
  return new Promise((resolve) => {
    standIn.interfere = async (request) => {
      if (!isAbout(request, text)) return undefined;
      standIn.interfere = () => undefined;
      resolve();
      if (typeof what === "string") return what;
      await what();
      return undefined;
    };
  });
}

export function isAbout(request: PipelineRequest, text: string): boolean {
  return JSON.stringify(request).includes(text);
}

/** What requests have in them that commit a group, and no others. */
export const groupText = "INSERT INTO group_commit (id, plan, last_id, received_at, noted_at)\\n  SELECT";
