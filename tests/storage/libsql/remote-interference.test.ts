import { afterAll, beforeAll, describe, test } from "bun:test";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { modelContract } from "../../../storage/testing/event-log/model.ts";
import type { Interference, StandIn } from "../../remote/stand-in.ts";
import { emptyDatabase, newStandIn } from "../../remote/test-database.ts";

let standIn: StandIn;
beforeAll(async () => {
  // Of an interrupted transaction the next writer waits for the end. A shorter limit would end whole ones on a busy machine.
  standIn = await newStandIn({ transactionMs: 120 });
});
afterAll(() => standIn.close());

const interferences: readonly Interference[] = ["drop before", "drop after", "bad gateway"];

/** A wipe is a transaction of about ten requests, which has to get through as a whole. */
function interfereOften(): void {
  let requests = 0;
  standIn.interfere = () => {
    requests++;
    return requests % 11 === 0 ? interferences[(requests / 11) % 3] : undefined;
  };
}

describe("while every eleventh request to a remote database fails, before it or after it is carried out", () => {
  modelContract(
    { describe, test },
    async ({ now }) => {
      standIn.interfere = () => undefined;
      await emptyDatabase(standIn);
      interfereOften();
      return openLibsqlEventLog({ now, url: standIn.url });
    },
    40,
  );
});
