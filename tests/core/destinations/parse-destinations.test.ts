import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import type { Destination } from "../../../core/destinations/destination.ts";
import { destinationTypes } from "../../../core/destinations/destination.ts";
import { parseDestinations } from "../../../core/destinations/parse-destinations.ts";
import { markPlaceholders, unmarkPlaceholders } from "../../../core/destinations/placeholders.ts";
import { always } from "../arbitraries.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const values: Readonly<Record<string, string>> = {
  PAGERDUTY_KEY: "0123456789abcdef0123456789abcdef",
  SLACK_URL: "https://hooks.slack.com/services/T0/B0/s3cret",
  HOOK_SECRET: secret,
  "file:/run/secrets/old": "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  B64: "YWxpY2U6czNjcmV0",
  SMTP_URL: "smtps://alice:s3cret@mail.example.com:465",
  TEAMS_URL: "msteams://s3cret/b/c/d",
  PLAIN: "not a url s3cret",
};

const read = (yaml: string) => parseDestinations(parse(markPlaceholders(yaml)), (name) => values[name]);

/** The destination of a file with only this one, by its lines. */
function one(...lines: readonly string[]): Destination {
  const result = read(`destinations:\n  - ${lines.join("\n    ")}`);
  if (result.problems !== undefined) throw new Error(JSON.stringify(result.problems));
  return result.destinations[0] as Destination; // there is one
}

/** What is wrong with such a file: each path with its sentence. */
function wrong(...lines: readonly string[]): readonly string[] {
  return problemsOf(`destinations:\n  - ${lines.join("\n    ")}`);
}

function problemsOf(yaml: string): readonly string[] {
  return (read(yaml).problems ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const chat = ["name: chat", "type: slack", `url: \${SLACK_URL}`, "alerts: [fail]"];
const hook = ["name: hook", "type: webhook", "url: https://a.example/h", `secret: \${HOOK_SECRET}`, "alerts: [fail]"];
const defaults = { groupWait: 30_000, groupInterval: 300_000, repeat: null, from: "now", allowPrivate: false } as const;

test("the file of the design is read", () => {
  const result = read(`
destinations:
  - name: pager
    type: pagerduty
    routing_key: \${PAGERDUTY_KEY}
    alerts: [fail]
    where: { prefix: warehouse, tags: { tier: gold } }
  - name: data-chat
    type: slack
    url: \${SLACK_URL}
    alerts: [fail, warn, check_failed]
    where: { owners: [team:finance] }
    group_wait: 30s
    group_interval: 5m
    repeat: 24h
  - name: loader
    type: webhook
    url: https://loader.example/hook
    secret: [\${HOOK_SECRET}, \${file:/run/secrets/old}]
    events: [ASSET_MATERIALIZATION, ASSET_WIPED]
    where: { asset_key: warehouse/orders }
  - name: prod-dagster
    type: dagster
    url: https://dagster.internal
    headers: { Authorization: "Basic \${B64}" }
    where: { prefix: warehouse }
    from: now
`);
  expect(result.problems).toBeUndefined();
  expect(result.destinations).toEqual([
    {
      ...defaults,
      name: "pager",
      target: {
        type: "pagerduty",
        routingKey: "0123456789abcdef0123456789abcdef",
        url: "https://events.pagerduty.com/v2/enqueue",
      },
      events: [],
      alerts: ["fail"],
      where: { prefix: ["warehouse"], tags: { tier: "gold" } },
    },
    {
      ...defaults,
      name: "data-chat",
      target: { type: "slack", url: "https://hooks.slack.com/services/T0/B0/s3cret" },
      events: [],
      alerts: ["fail", "warn", "check_failed"],
      where: { owners: ["team:finance"] },
      repeat: 86_400_000,
    },
    {
      ...defaults,
      name: "loader",
      target: {
        type: "webhook",
        url: "https://loader.example/hook",
        secrets: [secret, "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
      },
      events: ["ASSET_MATERIALIZATION", "ASSET_WIPED"],
      alerts: [],
      where: { assetKey: ["warehouse", "orders"] },
    },
    {
      ...defaults,
      name: "prod-dagster",
      target: {
        type: "dagster",
        url: "https://dagster.internal",
        token: null,
        headers: { Authorization: "Basic YWxpY2U6czNjcmV0" },
        lanes: 1,
      },
      events: ["ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"],
      alerts: [],
      where: { prefix: ["warehouse"] },
    },
  ]);
});

test("email, apprise and heartbeat are read", () => {
  expect(
    one("name: mail", "type: email", `smtp: \${SMTP_URL}`, "from: r@b.co", "to: d@b.co", "alerts: [warn]"),
  ).toEqual({
    ...defaults,
    name: "mail",
    target: { type: "email", smtp: values.SMTP_URL as string, from: "r@b.co", to: ["d@b.co"] },
    events: [],
    alerts: ["warn"],
    where: {},
  });
  const apprise = ["name: teams", "type: apprise", "url: http://apprise:8000/notify", "allow_private: true"];
  expect(one(...apprise, `urls: [\${TEAMS_URL}]`, "tag: data", "alerts: [fail]").target).toEqual({
    type: "apprise",
    url: "http://apprise:8000/notify",
    urls: ["msteams://s3cret/b/c/d"],
    tag: "data",
  });
  expect(one("name: beat", "type: heartbeat", "url: https://hc-ping.com/x")).toMatchObject({ events: [], alerts: [] });
});

test("a list of none is a file", () => {
  expect(read("destinations: []")).toEqual({ destinations: [] });
});

test("what stands for a value may be written without quotes, wherever YAML takes a text", () => {
  const items = [`[\${B64}, \${B64}]`, `{ a: \${B64} }`, `"x \${B64} y"`, `x\${B64}\${B64} # \${NO}`];
  expect(items.map((text) => unmarkPlaceholders(parse(markPlaceholders(text))))).toEqual([
    [`\${B64}`, `\${B64}`],
    { a: `\${B64}` },
    `x \${B64} y`,
    `x\${B64}\${B64}`,
  ]);
});

test("a field that is null is absent, and a value that contains itself is read once", () => {
  expect(one(...chat, "repeat:", "where: ~", "from: null")).toEqual(one(...chat));
  expect(problemsOf("destinations: &a [*a]")).toHaveLength(1);
});

test("it begins now, at the start or after an id", () => {
  for (const from of ["now", "start", 0, 41] as const) expect(one(...hook, `from: ${from}`).from).toBe(from);
  for (const from of ["-1", "1.5", "later", '"41"']) expect(wrong(...hook, `from: ${from}`)).toHaveLength(1);
});

describe("what is wrong is said with its path and the right form", () => {
  const cases: readonly (readonly [what: string, yaml: string, ...problems: string[]])[] = [
    ["no document", "", ": write destinations: and a list of them below it"],
    ["a list", "[1]", ": write destinations: and a list of them below it"],
    ["no list", "destinations: chat", "destinations: write destinations: and a list of them below it"],
    [
      "another name of the list",
      "destination: []",
      "destination: there is no field destination here: write destinations",
      ": write destinations: and a list of them below it",
    ],
    [
      "an item that is a text",
      "destinations: [chat]",
      `destinations.0: write a destination, as { name: chat, type: slack, url: \${SLACK_URL}, alerts: [fail] }`,
    ],
  ];
  for (const [what, yaml, ...problems] of cases) test(what, () => expect(problemsOf(yaml)).toEqual(problems));

  const fields: readonly (readonly [lines: readonly string[], ...problems: string[]])[] = [
    [
      ["type: slack", `url: \${SLACK_URL}`, "alerts: [fail]"],
      "name: name is missing: write a name of at most 64 letters, digits, hyphens, dots and underscores, as data-chat",
    ],
    [
      ["name: a b", ...chat.slice(1)],
      "name: write a name of at most 64 letters, digits, hyphens, dots and underscores, as data-chat",
    ],
    [["name: a"], "type: type is missing: write one of webhook, slack, pagerduty, email, apprise, heartbeat, dagster"],
    [["name: a", "type: pager-duty"], "type: write type: pagerduty"],
    [["name: a", "type: Slack"], "type: write type: slack"],
    [[...chat.slice(0, 3), "alerts: [CHECK-FAILED]"], "alerts.0: write check_failed"],
    [
      ["name: a", "type: slack", "url: ", "alerts: [fail]"],
      `url: url is missing: write a URL that begins with https://, as \${SLACK_URL}`,
    ],
    [[...chat, "wher: {}"], "wher: there is no field wher here: write where"],
    [[...chat, "groupWait: 1m"], "groupWait: there is no field groupWait here: write group_wait"],
    [
      [...hook, "group_wait: 1m"],
      "group_wait: there is no field group_wait here: leave it out, only slack, email, apprise send several alerts as one message",
    ],
    [[...chat, "group_wait: 30"], "group_wait: write a duration of at least 1s, as 30s, 5m or 1d12h"],
    [[...chat, "repeat: 0s"], "repeat: write a duration of at least 1s, as 30s, 5m or 1d12h"],
    [[...chat, "allow_private: yes please"], "allow_private: write true or false"],
    [[...chat.slice(0, 3), "alerts: fail"], "alerts: write a list, as alerts: [fail]"],
    [[...chat.slice(0, 3), "alerts: [fail, failled]"], "alerts.1: write failed"],
    [[...chat.slice(0, 3), "alerts: [x]"], "alerts.0: write one of fail, warn, check_failed, check_warned, failed"],
    [[...chat, "events: [ASSET_MATERIALISATION]"], "events.0: write ASSET_MATERIALIZATION"],
    [chat.slice(0, 3), ": it is told nothing: write alerts: [fail]"],
    [hook.slice(0, 4), ": it is told nothing: write events: [ASSET_MATERIALIZATION], or alerts: [fail]"],
    [
      ["name: p", "type: pagerduty", `routing_key: \${PAGERDUTY_KEY}`, "events: [ASSET_WIPED]", "alerts: [fail]"],
      "events: there is no field events here: write alerts, a pager is told of nothing else",
    ],
    [
      ["name: p", "type: pagerduty", "alerts: [fail]"],
      `routing_key: routing_key is missing: write the integration key of the service, as \${PAGERDUTY_KEY}`,
    ],
    [
      ["name: a", "type: slack", "alerts: [fail]"],
      `url: url is missing: write a URL that begins with https://, as \${SLACK_URL}`,
    ],
    [
      ["name: a", "type: slack", "url: http://chat.internal/x", "alerts: [fail]"],
      "url: write https://, or allow_private: true beside it if this is an address of your own network",
    ],
    [
      ["name: a", "type: slack", `url: \${NOWHERE}`, "alerts: [fail]"],
      `url: the variable NOWHERE is not set: set it where the server starts, or write \${file:/run/secrets/…}`,
    ],
    [
      ["name: a", "type: slack", `url: "\${file:/run/x}"`, "alerts: [fail]"],
      "url: the file /run/x can't be read: create it, or correct its path",
    ],
    [
      ["name: a", "type: slack", `url: \${PLAIN}`, "alerts: [fail]"],
      `url: what \${PLAIN} stands for can't be used: write a URL that begins with https://, as \${SLACK_URL}`,
    ],
    [
      [...hook.slice(0, 3), "secret: 12345", "alerts: [fail]"],
      `secret: quote it: write 24 to 64 bytes in base64, such as \`openssl rand -base64 32\` prints, as \${HOOK_SECRET}`,
    ],
    [[...chat, "where: []"], "where: write conditions, as { prefix: warehouse, tags: { tier: gold } }"],
    [[...chat, "where: { prefx: a }"], "where.prefx: there is no field prefx here: write prefix"],
    [
      [...chat, "where: { prefix: / }"],
      "where.prefix: write a key as a/b, or as a list of its parts (numbers in quotes)",
    ],
    [[...chat, "where: { tags: { tier: 1 } }"], "where.tags.tier: a tag's value is a string: quote it"],
    [[...chat, "where: { owners: [] }"], "where.owners: write a list of owners, as [team:finance, anna@example.com]"],
    [["name: d", "type: dagster", "url: https://d.example", "lanes: 17"], "lanes: write a whole number from 1 to 16"],
    [
      ["name: d", "type: dagster", "url: https://d.example", "headers: { A b: c }"],
      `headers.A b: A b is no name for this: write names and values, as { Authorization: "Basic \${B64}" }`,
    ],
    [
      ["name: d", "type: dagster", "url: https://d.example", "events: [ASSET_WIPED]"],
      "events.0: write one of ASSET_MATERIALIZATION, ASSET_OBSERVATION, ASSET_CHECK_EVALUATION",
    ],
  ];
  for (const [lines, ...problems] of fields) {
    const said = problems.map((problem) => `destinations.0${problem.startsWith(":") ? "" : "."}${problem}`);
    test(lines.join(", "), () => expect(wrong(...lines)).toEqual(said));
  }
});

test("a name is given once", () => {
  const item = (lines: readonly string[]) => `  - ${lines.join("\n    ")}\n`;
  expect(problemsOf(`destinations:\n${item(chat)}${item(hook)}${item(chat)}`)).toEqual([
    "destinations.2.name: destinations[0] has this name too: write another",
  ]);
});

test("a webhook's secrets have 24 to 64 bytes of base64", () => {
  const isGood = (text: string) => wrong(...hook.slice(0, 3), `secret: "${text}"`, "alerts: [fail]").length === 0;
  for (let bytes = 0; bytes < 100; bytes++) {
    const base64 = Buffer.alloc(bytes, bytes).toString("base64");
    expect([bytes, isGood(base64), isGood(`whsec_${base64}`)]).toEqual([
      bytes,
      ...Array(2).fill(bytes >= 24 && bytes <= 64),
    ]);
  }
  expect(isGood(secret.slice(0, -1))).toBe(false);
  expect(isGood(`${secret.slice(0, -1)}_`)).toBe(false);
});

test("no sentence has a secret, whichever field it is put in", () => {
  const hidden = "s3cret/in=the+wrong place\n";
  const names = [
    "url secret routing_key smtp from to urls tag token headers lanes name type events alerts where group_wait repeat",
    "allow_private",
  ].flatMap((line) => line.split(" "));
  for (const type of destinationTypes) {
    for (const field of names) {
      const item: Record<string, unknown> = { name: "a", type, url: "https://a.example/s3cret", alerts: ["fail"] };
      for (const shape of [hidden, `\${X}`, [`\${X}`], { A: `\${X}` }, [[hidden]]]) {
        const { problems = [] } = parseDestinations({ destinations: [{ ...item, [field]: shape }] }, () => hidden);
        expect(problems.map(({ message }) => message).join("\n")).not.toContain("s3cret");
      }
    }
  }
});

test("any value is read or refused, and never thrown at", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("fail", `\${X}`, "https://a.example", "30s", "now"));
  const item = fc.record(
    {
      name: fc.oneof(fc.constant("a"), value),
      type: fc.constantFrom(...destinationTypes),
      url: value,
      secret: value,
      alerts: fc.oneof(fc.constant(["fail"]), value),
      events: value,
      where: fc.oneof(value, fc.record({ prefix: value, tags: value, owners: value })),
      group_wait: value,
      headers: value,
      from: value,
      to: value,
    },
    { requiredKeys: ["type"] },
  );
  always(
    fc.property(fc.oneof(fc.record({ destinations: fc.array(item) }), fc.jsonValue()), (document) => {
      const { destinations, problems } = parseDestinations(document, () => "https://x.example");
      expect(destinations === undefined).not.toBe(problems === undefined);
      expect(problems).not.toEqual([]);
    }),
  );
});
