import { expect, test } from "bun:test";
import { sendRaw } from "../raw-http.ts";
import { runtimes, startServer } from "../server.ts";

test.each([...runtimes])("on %s, ignored fields are named in the answer, and once in the log", async (runtime) => {
  const server = await startServer(runtime);
  try {
    const headers = [["content-type", "application/json"]] as const;
    const send = (body: string) =>
      sendRaw(server.port, { method: "POST", target: "/report_asset_materialization/a?meta=%7B%7D", headers, body });
    const large = `{"timestamp":1,"description":"${"d".repeat(100_000)}"}`; // for another thread
    for (const body of ['{"timestamp":1}', '{"timestamp":2,"partition":"p"}', large]) {
      const answer = await send(body);
      expect([answer.status, answer.body, answer.headers.get("runless-ignored")]).toEqual([
        200,
        "{}",
        "timestamp, meta",
      ]);
    }
    const many = Array.from({ length: 150 }, (_, i) => `"n${i}":0`).join(",");
    expect((await send(`{${many}}`)).headers.get("runless-ignored")).toEndWith("n9, %E2%80%A6");
  } finally {
    await server.stop();
  }
  const lines = server.output().match(/^.*it was ignored.*$/gm) ?? [];
  for (const name of ["timestamp", "meta"]) {
    expect(lines.filter((line) => line.includes(`"field":"${name}"`))).toHaveLength(1);
  }
  expect(lines).toHaveLength(100);
});
