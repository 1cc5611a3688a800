import { describe, expect, test } from "bun:test";
import { recordedTypes } from "../../../core/events/events.ts";
import { freshnessStateChange, materialization } from "../../../core/index.ts";
import { createMemoryEventLog } from "../../../storage/memory/memory-event-log.ts";
import { noon, siteOver } from "./site.ts";

const change = { state: "FAIL", previousState: "PASS", reason: "deadline", deadline: noon, lastAt: null } as const;
const sentence = "PASS → FAIL, deadline 2026-11-23T12:00Z missed";

async function siteWithChange() {
  const log = createMemoryEventLog({ now: () => noon });
  await log.append([[{ event: materialization("a", { partition: "p" }) }]]);
  const { id } = log.record(freshnessStateChange(["a"], "p", change));
  return { ...siteOver(log), id };
}

describe("a change of freshness on the pages", () => {
  test("is a row of the events, which can be filtered for it", async () => {
    const { get, id } = await siteWithChange();
    const { html, text } = await get("/events?type=FRESHNESS_STATE_CHANGE");
    expect(Array.from(html.matchAll(/<tr id="e(\d+)"/g), ([, found]) => Number(found))).toEqual([id]);
    expect(text).toContain(`freshness a p ${sentence}`);
    expect(html).toContain('<option value="FRESHNESS_STATE_CHANGE" selected="">Freshness</option>');
    expect((await get("/events?type=ASSET_MATERIALIZATION")).text).not.toContain(sentence);
  });

  test("has a page of its own, and stands among the events of its asset", async () => {
    const { get, id } = await siteWithChange();
    const page = await get(`/events/${id}`);
    expect(page.html).toContain(`<title>Event ${id}, freshness`);
    expect(page.text).toContain(sentence);
    expect(page.text).toContain('"previous_state": "PASS"');
    expect((await get("/assets/a")).text).toContain(sentence);
    expect(JSON.parse((await get(`/event.json?id=${id}`)).html)).toMatchObject({ freshness: { reason: "deadline" } });
  });

  test("is no mark of the catalog", async () => {
    const { get } = await siteWithChange();
    const { text } = await get("/");
    expect(text).not.toContain("freshness ");
  });
});

test("a page that follows the log hears of every type of event", async () => {
  const script = await Bun.file(new URL("../../../adapters/web/browser/page.js", import.meta.url)).text();
  const [, listed = ""] = script.match(/const types = \[([^\]]*)\]/) ?? [];
  for (const type of recordedTypes) expect(listed).toContain(`"${type}"`);
});
