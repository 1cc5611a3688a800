import { afterAll, beforeAll, describe, test } from "bun:test";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { type Answer, type Call, callerShapes, expectShape } from "./caller-shapes.ts";

export type CallToSend = Pick<Call, "target" | "headers" | "body">;
export type SendTo = (url: string, call: CallToSend) => Promise<Answer>;

/** Every shape is answered and recorded as it should be, by whichever client it comes to whichever runtime. */
export function callerContract(client: string, sendTo: SendTo, more: (server: { readonly url: string }) => void): void {
  describe.each([...runtimes])(`${client} reports to %s`, (runtime) => {
    let running: RunningServer | undefined;
    const server = {
      get url() {
        return running?.url ?? "";
      },
    };
    beforeAll(async () => {
      running = await startServer(runtime);
    });
    afterAll(async () => void (await running?.stop()));

    test.each([...callerShapes])("$name", async (shape) => {
      const answers: Answer[] = [];
      for (const call of shape.calls) answers.push(await sendTo(server.url, call));
      await expectShape(server.url, shape, answers);
    });
    more(server);
  });
}
