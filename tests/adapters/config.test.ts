import { describe, expect, test } from "bun:test";
import { resolveConfig } from "../../adapters/config.ts";

describe("resolveConfig", () => {
  test("has a default for everything that a first start needs", () => {
    expect(resolveConfig([], {})).toEqual({
      host: "127.0.0.1",
      port: 3000,
      databaseUrl: "file:runless.db",
      databaseAuthToken: undefined,
      shutdownSeconds: 10,
      limits: { bodyBytes: 4_194_304, pageEvents: 1000 },
    });
  });

  test("takes flags over variables, and variables over defaults", () => {
    const env = { RUNLESS_PORT: "4000", RUNLESS_HOST: "0.0.0.0", RUNLESS_DATABASE_AUTH_TOKEN: "secret" };
    expect(resolveConfig(["--port", "5000", "--max-page-events=10"], env)).toMatchObject({
      host: "0.0.0.0",
      port: 5000,
      databaseAuthToken: "secret",
      limits: { pageEvents: 10 },
    });
  });

  test("takes an empty variable for an absent one", () => {
    expect(resolveConfig([], { RUNLESS_PORT: "" }).port).toBe(3000);
  });

  test.each(["file:/data/runless.db", "libsql://log.turso.io", "http://127.0.0.1:8080", ":memory:"])(
    "knows the database url %s",
    (url) => {
      expect(resolveConfig(["--database-url", url], {}).databaseUrl).toBe(url);
    },
  );

  test.each([
    [["--port", "x"], {}, /--port \(RUNLESS_PORT\) must be a whole number from 0 to 65535\. Got "x"\./],
    [["--port", "65536"], {}, /from 0 to 65535/],
    [[], { RUNLESS_PORT: "-1" }, /RUNLESS_PORT.*Got "-1"/],
    [["--host="], {}, /--host \(RUNLESS_HOST\) must be an address/],
    [["--database-url", "runless.db"], {}, /must be file:<path>, libsql.*Got "runless\.db"/],
    [["--max-body-bytes", "0"], {}, /--max-body-bytes/],
    [["--database-url", "file::memory:"], {}, /must be.*:memory:.*Got "file::memory:"/],
    [["--prot", "1"], {}, /--prot.*\n.*The flags are:\n.*--host/s],
    [["extra"], {}, /extra/],
    [["--port"], {}, /--port/],
  ] as const)("refuses %j with %j and says what to change", (args, env, message) => {
    expect(() => resolveConfig(args, env)).toThrow(message);
  });
});
