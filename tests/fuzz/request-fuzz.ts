import fc from "fast-check";
import * as v from "valibot";
import { type WireEvent, walkEvents } from "../read-events.ts";
import type { RunningServer } from "../server.ts";
import { acknowledged } from "./acknowledged.ts";
import { appearsIn } from "./appears.ts";
import { type Conversation, conversation } from "./conversation.ts";
import { exchange } from "./exchange.ts";

/**
 * That no conversation has a 5xx for an answer, ends the server or keeps it busy, and that nothing is recorded but what
 * was reported and, where every request has its answer, what the answers say.
 */
export function requestFuzz(server: RunningServer): fc.IAsyncProperty<[Conversation]> {
  let newest = 0;
  return fc.asyncProperty(conversation, async (given) => {
    const sent = given.requests.flat().join("");
    const { answers, isWhole } = await exchange(server.port, given);
    for (const { status, body } of answers) {
      // 505 is the runtime's word for another version of HTTP.
      if (status >= 500 && status !== 505) throw new Error(`The answer is a ${status}: ${body}`);
    }
    const events: WireEvent[] = [];
    // What came whole before its connection was cut is still being recorded for a while.
    for (let still = isWhole ? 0 : 3; still >= 0; still--) {
      const mark = await report(server, "fuzz/mark");
      const more = await Array.fromAsync(walkEvents(server.url, { after: String(newest), before: String(mark) }));
      if (more.length > 0 && !isWhole) still = 3;
      events.push(...more);
      newest = mark;
    }
    const recorded = events.filter(({ type }) => type !== "ASSET_WIPED");

    const isSaid = appearsIn(sent);
    for (const { id, asset_key } of recorded) {
      const strange = asset_key.find((part) => !isSaid(part));
      if (strange !== undefined) throw new Error(`Event ${id} has a part ${JSON.stringify(strange)} that nobody said.`);
    }
    const { atLeast, atMost } = acknowledged(answers, /idempotency/i.test(sent));
    if (recorded.length < atLeast && !/DELETE/.test(sent)) {
      throw new Error(`${atLeast} events are acknowledged, and ${recorded.length} are recorded.`);
    }
    if (recorded.length > atMost && isWhole) {
      throw new Error(`${recorded.length} events are recorded, and ${atMost} are acknowledged.`);
    }
  });
}

/** Records an event, within a time in which any server that is well does, and answers its id. */
async function report({ url }: RunningServer, key: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    // fetch may send it again where a connection that it has kept is closed.
    body: JSON.stringify({ type: "ASSET_OBSERVATION", asset_key: key, idempotency_key: crypto.randomUUID() }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`A plain report is answered with ${answer.status}: ${text}`);
  return v.parse(v.object({ id: v.number() }), JSON.parse(text)).id;
}
