import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { appriseNotification } from "../../../../adapters/destinations/formats/apprise.ts";
import { digestOf } from "../../../../adapters/destinations/formats/digest.ts";
import { emailContent } from "../../../../adapters/destinations/formats/email.ts";
import { pagerdutyEvent } from "../../../../adapters/destinations/formats/pagerduty.ts";
import { slackPayload } from "../../../../adapters/destinations/formats/slack.ts";
import { detailsOf, stateMessage } from "../../../../adapters/destinations/formats/told-message.ts";
import { visibleText } from "../../../../adapters/destinations/formats/visible-text.ts";
import { checkEvaluation, freshnessStateChange, materialization } from "../../../../core/index.ts";
import { anyText } from "../../../core/arbitraries.ts";
import { pagerdutyRequest, slackMessage } from "./published-schemas.ts";
import { alertOf, anyMessage, anyMessages, baseUrl, firing, resolved, since, storm } from "./told.ts";

const key = "0123456789abcdef0123456789abcdef";
const check = { kind: "check", checkName: "no_nulls", reason: "check_failed" } as const;
const law = <Values>(property: fc.IProperty<Values>) => fc.assert(property, { numRuns: 100 });
const unseen = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

describe("a message says what happened", () => {
  const titleOf = (message: Parameters<typeof stateMessage>[0]) => stateMessage(message, baseUrl).title;

  test("to an alert", () => {
    const warned = { severity: "WARN" } as const;
    const titles = [
      firing(alertOf(1)),
      firing(alertOf(1, warned)),
      firing(alertOf(1, { partition: "2026-11-30" })),
      firing(alertOf(1, check)),
      firing(alertOf(1, { ...check, ...warned })),
      resolved(alertOf(1)),
      resolved(alertOf(1, check)),
      { type: "alert.reminder", alert: alertOf(1) } as const,
      { type: "alert.reminder", alert: alertOf(1, check) } as const,
    ].map(titleOf);
    expect(titles).toEqual([
      "warehouse/orders_1 is late",
      "warehouse/orders_1 is late soon",
      "warehouse/orders_1 [2026-11-30] is late",
      "check no_nulls of warehouse/orders_1 fails",
      "check no_nulls of warehouse/orders_1 warns",
      "Resolved: warehouse/orders_1 was late",
      "Resolved: check no_nulls of warehouse/orders_1 failed",
      "warehouse/orders_1 is still late",
      "check no_nulls of warehouse/orders_1 still fails",
    ]);
  });

  test("in an event, and about neither", () => {
    const recorded = { id: 7, timestamp: since, receivedAt: since };
    const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: since, lastAt: null } as const;
    const titles = [
      { type: "asset.materialized", event: { ...materialization("a/b"), ...recorded } },
      {
        type: "asset.check_evaluated",
        event: { ...checkEvaluation("a", { checkName: "c", passed: true }), ...recorded },
      },
      {
        type: "asset.check_evaluated",
        event: { ...checkEvaluation("a", { checkName: "c", passed: false }), ...recorded },
      },
      { type: "asset.freshness_changed", event: { ...freshnessStateChange(["a"], null, change), ...recorded } },
      { type: "destination.test" },
      { type: "events.pruned", content: { count: 1 } },
      { type: "events.pruned", content: { count: 12 } },
      { type: "events.pruned" },
    ] as const;
    expect(titles.map(titleOf)).toEqual([
      "a/b was materialized",
      "check c of a passed",
      "check c of a failed",
      "a: PASS → FAIL, deadline 2026-11-30T06:00Z missed",
      "This is a test of runless",
      "1 event was deleted before this destination was told",
      "12 events were deleted before this destination was told",
      "Events were deleted before this destination was told",
    ]);
  });

  test("when", () => {
    const event = { ...materialization("a"), id: 7, timestamp: since, receivedAt: since + 5_000 };
    const messages = [firing(alertOf(1)), resolved(alertOf(1)), { type: "asset.materialized", event } as const];
    expect(messages.map((message) => detailsOf(stateMessage(message, null)))).toEqual([
      "since 2026-11-30 06:00 UTC, team:finance",
      "from 2026-11-30 06:00 UTC to 2026-11-30 06:01 UTC, team:finance",
      "at 2026-11-30 06:00 UTC",
    ]);
  });

  test("and whose it is, five of them by name", () => {
    const owners = Array.from({ length: 7 }, (_, i) => `team:${i}`);
    const { text } = emailContent([firing(alertOf(1, { owners }))], null);
    expect(text).toContain(", team:0, team:1, team:2, team:3, team:4 and 2 more\n");
  });

  test("with a link to the page about it, which is never too long", () => {
    const urlOf = (fields: Parameters<typeof alertOf>[1], base: string | null = baseUrl) =>
      stateMessage(firing(alertOf(1, fields)), base).url;
    expect(urlOf({})).toBe("https://runless.example/assets/warehouse/orders_1");
    expect(urlOf({ eventId: 7 }, "https://a.example/runless/")).toBe("https://a.example/runless/events/7");
    expect(urlOf({ assetKey: ["k".repeat(400)] })).toBe("https://runless.example/alerts");
    expect(urlOf({}, null)).toBeNull();
  });

  test("after a long key too", () => {
    const { title } = stateMessage(firing(alertOf(1, { assetKey: ["k".repeat(5_000)] })), baseUrl);
    expect(title).toBe(`${"k".repeat(119)}… is late`);
  });
});

describe("several messages are one", () => {
  test("500 assets that are late name 20, and say that there are 480 more", () => {
    const { text, blocks } = slackPayload(storm(500), baseUrl);
    const lines = blocks.flatMap((block) => block.text.text.split("\n"));
    expect(text).toBe("🔴 500 are late or fail");
    expect(lines[0]).toBe("🔴 *<https://runless.example/alerts|500 are late or fail>*");
    expect(lines.at(-1)).toBe("and 480 more");
    expect(lines).toHaveLength(22);
    expect(emailContent(storm(500), baseUrl).text).toContain("and 480 more");
    expect(appriseNotification(storm(500), { urls: [], tag: null }, baseUrl).body).toContain("and 480 more");
  });

  test("the worst are named first, and each kind is counted", () => {
    const messages = [
      resolved(alertOf(1)),
      firing(alertOf(2, { severity: "WARN" })),
      firing(alertOf(3)),
      firing(alertOf(4, check)),
    ];
    const { title, level, statements } = digestOf(messages, baseUrl);
    expect(title).toBe("2 are late or fail, 1 warning, 1 is resolved");
    expect(level).toBe("failed");
    expect(statements.map((statement) => statement.name)).toEqual([3, 4, 2, 1].map((id) => `warehouse/orders_${id}`));
  });

  test("of an alert only the last message counts", () => {
    const alert = alertOf(1);
    const { title, statements } = digestOf([firing(alert), firing(alertOf(2)), resolved(alert)], baseUrl);
    expect(title).toBe("1 is late or fails, 1 is resolved");
    expect(statements).toHaveLength(2);
    expect(digestOf([firing(alert), resolved(alert)], baseUrl).title).toBe("Resolved: warehouse/orders_1 was late");
  });
});

describe("slack", () => {
  test("one alert says what, why, since when and whose, with a link", () => {
    expect(slackPayload([firing(alertOf(1, { owners: ["team:finance", "anna@example.com"] }))], baseUrl)).toEqual({
      text: "🔴 warehouse/orders_1 is late",
      blocks: [
        {
          type: "section",
          text: {
            type: "mrkdwn",
            text: [
              "🔴 *<https://runless.example/assets/warehouse/orders_1|warehouse/orders_1 is late>*",
              "Nothing came by its deadline.",
              "since <!date^1796018400^{date_short_pretty} {time}|2026-11-30 06:00 UTC> · team:finance, anna@example.com",
            ].join("\n"),
            verbatim: true,
          },
        },
      ],
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  test("anything fits in what Slack takes, and mentions nobody", () => {
    law(
      fc.property(anyMessages, fc.constantFrom(baseUrl, null), (messages, base) => {
        const body = slackPayload(messages, base);
        v.parse(slackMessage, body);
        const text = body.blocks.map((block) => block.text.text).join("\n");
        expect(text.length).toBeLessThan(13_000);
        expect(unseen.test(text.replaceAll("\n", ""))).toBe(false);
        const tags = Array.from(`${text}${body.text}`.matchAll(/<[^>]*>?/g), ([tag]) => tag);
        for (const tag of tags)
          expect(tag).toMatch(/^<(?:https:\/\/runless\.example\/[^<>|]*\|[^<>]+|!date\^[^<>]+)>$/);
        expect(text.replaceAll(/<[^>]*>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
    );
  });

  test("a group of the longest keys and owners fits too", () => {
    const long = {
      assetKey: ["&".repeat(45)],
      owners: ["<".repeat(300)],
      checkName: ">".repeat(300),
      kind: "check",
    } as const;
    const messages = Array.from({ length: 30 }, (_, i) => resolved(alertOf(i, long)));
    const lines = slackPayload(messages, `https://${"a".repeat(90)}.example`).blocks.map((block) => block.text.text);
    expect(lines.join("").length).toBeLessThan(13_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(3000);
  });
});

describe("pagerduty", () => {
  test("what fires triggers, and its end resolves it under the same key", () => {
    const alert = alertOf(1, { eventId: 7, group: "finance", tags: { tier: "gold" } });
    const triggered = pagerdutyEvent(firing(alert), key, baseUrl);
    expect(triggered).toEqual({
      routing_key: key,
      event_action: "trigger",
      dedup_key: expect.stringMatching(/^runless-[\w-]{43}$/),
      client: "runless",
      client_url: "https://runless.example/events/7",
      links: [{ href: "https://runless.example/events/7", text: "The page about it" }],
      payload: {
        summary: "warehouse/orders_1 is late",
        source: "warehouse/orders_1",
        severity: "error",
        timestamp: "2026-11-30T06:00:00.000Z",
        component: "warehouse/orders_1",
        class: "freshness",
        group: "finance",
        custom_details: {
          reason: "Nothing came by its deadline.",
          owners: ["team:finance"],
          alert: 1,
          tags: { tier: "gold" },
        },
      },
    });
    const again = pagerdutyEvent(resolved({ ...alert, id: 9, eventId: 8, reason: "reported" }), key, baseUrl);
    expect([again.event_action, again.dedup_key]).toEqual(["resolve", triggered.dedup_key]);
  });

  test("each problem has an incident of its own, and its end leaves the others open", () => {
    const problems = [
      {},
      { partition: "a" },
      { partition: "b" },
      check,
      { ...check, checkName: "other" },
      { assetKey: ["b"] },
    ];
    const keys = problems.map((fields) => pagerdutyEvent(firing(alertOf(1, fields)), key, null).dedup_key);
    expect(new Set(keys).size).toBe(problems.length);
    expect(pagerdutyEvent(firing(alertOf(1, { severity: "WARN" })), key, null).dedup_key).toBe(keys[0] as string);
  });

  test("anything fits in what PagerDuty takes", () => {
    law(
      fc.property(anyMessage, fc.constantFrom(baseUrl, null), (message, base) => {
        const body = pagerdutyEvent(message, key, base);
        v.parse(pagerdutyRequest, body);
        expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(512 * 1024);
        expect(unseen.test(JSON.stringify(body))).toBe(false);
      }),
    );
  });
});

describe("email", () => {
  test("one alert is a subject, a text and the same as HTML", () => {
    const { subject, text, html } = emailContent([firing(alertOf(1, check))], baseUrl);
    expect(subject).toBe("[runless] check no_nulls of warehouse/orders_1 fails");
    expect(text).toBe(
      [
        "🔴 check no_nulls of warehouse/orders_1 fails",
        "The check failed.",
        "since 2026-11-30 06:00 UTC, team:finance",
        "https://runless.example/assets/warehouse/orders_1",
        "",
      ].join("\n"),
    );
    expect(html).toContain(
      '<p>🔴 <b><a href="https://runless.example/assets/warehouse/orders_1">check no_nulls of warehouse/orders_1 fails</a></b><br>The check failed.<br>since 2026-11-30 06:00 UTC, team:finance</p>',
    );
  });

  test("no key adds a header or HTML of its own", () => {
    law(
      fc.property(anyMessages, (messages) => {
        const { subject, html } = emailContent(messages, baseUrl);
        expect(unseen.test(subject)).toBe(false);
        expect(subject.length).toBeLessThan(200);
        const tags = new Set(Array.from(html.matchAll(/<\/?([^\s>]*)/g), ([, name]) => name));
        const own = ["!doctype", "html", "head", "meta", "body", "h1", "p", "b", "br", "a"];
        expect([...tags].filter((name) => !own.includes(name ?? ""))).toEqual([]);
        expect(html.length).toBeLessThan(100_000);
      }),
    );
  });
});

describe("apprise", () => {
  test("one alert is a title and a body with the link", () => {
    const settings = { urls: ["ntfys://a/b", "msteams://c"], tag: "data" };
    expect(appriseNotification([firing(alertOf(1))], settings, baseUrl)).toEqual({
      title: "🔴 warehouse/orders_1 is late",
      body: "Nothing came by its deadline.\nsince 2026-11-30 06:00 UTC, team:finance\nhttps://runless.example/assets/warehouse/orders_1",
      type: "failure",
      format: "text",
      urls: "ntfys://a/b, msteams://c",
      tag: "data",
    });
    const typeOf = (message: Parameters<typeof stateMessage>[0]) =>
      appriseNotification([message], { urls: [], tag: null }, null).type;
    expect(
      [resolved(alertOf(1)), firing(alertOf(1, { severity: "WARN" })), { type: "destination.test" } as const].map(
        typeOf,
      ),
    ).toEqual(["success", "warning", "info"]);
  });

  test("a message that says nothing but its title has that as its body", () => {
    const { title, body } = appriseNotification([{ type: "destination.test" }], { urls: [], tag: null }, null);
    expect([title, body]).toEqual(["🔵 This is a test of runless", "This is a test of runless"]);
  });

  test("anything has a body, and fits in what services take", () => {
    law(
      fc.property(anyMessages, fc.constantFrom(baseUrl, null), (messages, base) => {
        const { title, body } = appriseNotification(messages, { urls: [], tag: null }, base);
        expect(body).not.toBe("");
        expect(title.length).toBeLessThanOrEqual(250);
        expect(body.length).toBeLessThan(32_768);
        expect(unseen.test(`${title}${body.replaceAll("\n", "")}`)).toBe(false);
      }),
    );
  });
});

test("a text is one visible line, no longer than it may be", () => {
  expect(visibleText("a\r\nb\u202ec\0", 100)).toBe("a b c");
  expect(visibleText("😀😀😀", 4)).toBe("😀…");
  law(
    fc.property(anyText, fc.integer({ min: 2, max: 30 }), (text, most) => {
      const line = visibleText(text, most);
      expect(line.length).toBeLessThanOrEqual(most);
      expect(unseen.test(line)).toBe(false);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});
