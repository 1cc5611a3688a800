import { describe, expect, test } from "bun:test";
import { flagNames, flagsHelp, resolveConfig } from "../../../adapters/config/config.ts";
import { defaultLimits } from "../../../adapters/config/limits.ts";

describe("resolveConfig", () => {
  test("has a default for everything that a first start needs", () => {
    expect(resolveConfig([], {})).toEqual({
      host: "127.0.0.1",
      port: 3000,
      databaseUrl: "file:runless.db",
      databaseAuthToken: undefined,
      shutdownSeconds: 10,
      settleSeconds: 60,
      destinations: undefined,
      publicUrl: undefined,
      limits: defaultLimits,
      tokens: [],
      insecure: false,
      corsOrigins: [],
      allowedHosts: [],
      log: { level: "info", format: "auto" },
      metrics: { assets: false },
      retention: { events: {}, idempotencyKeys: 7 },
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

  test("has a flag and a variable for every limit", () => {
    const env = { RUNLESS_MAX_CHECK_NAME_BYTES: "7", RUNLESS_MAX_TAGS: "8" };
    expect(resolveConfig(["--max-key-parts", "9"], env).limits).toEqual({
      ...defaultLimits,
      checkNameBytes: 7,
      tags: 8,
      keyParts: 9,
    });
  });

  test("reads lists of origins and of hosts", () => {
    const args = ["--cors-origin", "https://app.example.com, http://localhost:8080", "--allowed-host", "Runless.test"];
    expect(resolveConfig(args, {})).toMatchObject({
      corsOrigins: ["https://app.example.com", "http://localhost:8080"],
      allowedHosts: ["runless.test"],
    });
  });

  test("takes an empty variable for an absent one", () => {
    expect(resolveConfig([], { RUNLESS_PORT: "" }).port).toBe(3000);
  });

  test.each([
    [["--insecure"], {}, true],
    [[], { RUNLESS_INSECURE: "1" }, true],
    [[], { RUNLESS_INSECURE: "true" }, true],
    [[], { RUNLESS_INSECURE: "0" }, false],
    [[], { RUNLESS_INSECURE: "" }, false],
  ] as const)("of %j and %j insecure is %p", (args, env, insecure) => {
    expect(resolveConfig(args, env).insecure).toBe(insecure);
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
    [["--insecure=yes"], {}, /--insecure/],
    [[], { RUNLESS_INSECURE: "yes" }, /--insecure \(RUNLESS_INSECURE\) must be true or false\. Got "yes"\./],
    [["--database-url", "file::memory:"], {}, /must be.*:memory:.*Got "file::memory:"/],
    [["--cors-origin", "*"], {}, /--cors-origin \(RUNLESS_CORS_ORIGIN\) must be origins.*Got "\*"/],
    [["--cors-origin", "https://app.example.com/"], {}, /--cors-origin/],
    [["--allowed-host", "runless.test:3000"], {}, /--allowed-host.*host names without ports/],
    [["--max-metadata-depth", "501"], {}, /RUNLESS_MAX_METADATA_DEPTH.*from 1 to 500/],
    [["--log-level", "loud"], {}, /--log-level.*error, warning, info or debug\. Got "loud"/],
    [["--log-format", "xml"], {}, /--log-format.*json, text or auto/],
    [["--prot", "1"], {}, /^Unknown option '--prot'.*\. See --help for the flags there are\.$/],
    [["extra"], {}, /extra/],
    [["--port"], {}, /--port/],
  ] as const)("refuses %j with %j and says what to change", (args, env, message) => {
    expect(() => resolveConfig(args, env)).toThrow(message);
  });
});

test("the flags are listed in groups, each in one", () => {
  const groups = flagsHelp().split("\n\n");
  expect(groups.map((group) => group.split("\n", 1)[0])).toEqual([
    "Where it listens:",
    "Where events are kept:",
    "Who may do what:",
    "What it says of itself:",
    "What is late:",
    "Who is told:",
    "How long things are kept:",
    "Limits:",
  ]);
  const names = [...flagsHelp().matchAll(/^ {2}--([a-z-]+) +(RUNLESS_[A-Z_]+) /gm)].map(([, name]) => name ?? "");
  expect(names.sort()).toEqual([...flagNames].sort());
});
