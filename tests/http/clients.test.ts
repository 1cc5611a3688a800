import { expect, test } from "bun:test";
import { eventsOf } from "../read-events.ts";
import { callerContract, type SendTo } from "./caller-contract.ts";

const send: SendTo = async (url, { target, headers = {}, body }) => {
  const answer = await fetch(url + target, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: await answer.text() };
};

callerContract("fetch", send, (server) => {
  test("a JSON body sent as text, which fetch says on Node without being told otherwise, is refused and named", async () => {
    const answer = await send(server.url, {
      target: "/report_asset_materialization/shapes/untold",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body: '{"partition": "p"}',
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error).toStartWith("Unhandled content type text/plain");
    expect(await eventsOf(server.url, ["shapes", "untold"])).toEqual([]);
  });
});
