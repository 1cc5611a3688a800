import { expect, setDefaultTimeout, test } from "bun:test";
import { testServer } from "../client/harness.ts";
import { patience, runCli } from "./run-cli.ts";

setDefaultTimeout(patience);

// Each asks in another way.
const commands = ["report a", "assets", "tail --after 0 --limit 1"];

test.each(["bun", "node"] as const)(
  "on %s every request carries the token, the flag's before the variable's",
  async (runtime) => {
    const { fetch } = testServer();
    const seen = new Set<string | null>();
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) => {
        seen.add(request.headers.get("authorization"));
        return fetch(request.url, request);
      },
    });
    const run = async (env: Readonly<Record<string, string>>, more: readonly string[] = []) => {
      seen.clear();
      const options = { runtime, env: { RUNLESS_URL: server.url.href, ...env } };
      const results = await Promise.all(commands.map((command) => runCli([...command.split(" "), ...more], options)));
      expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      return [...seen];
    };
    expect(await run({ RUNLESS_TOKEN: "secret" })).toEqual(["Bearer secret"]);
    expect(await run({ RUNLESS_TOKEN: "secret" }, ["--token", "other"])).toEqual(["Bearer other"]);
    expect(await run({})).toEqual([null]);
  },
);
