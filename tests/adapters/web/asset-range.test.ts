import { describe, expect, test } from "bun:test";
import { checkEvaluation, materialization, observation } from "../../../core/index.ts";
import { day, hour, linksTo, noon, siteOf } from "./site.ts";

const minutes = 60_000;

describe("an asset's timeline and plots", () => {
  test("cover all of a long history, out of order as it was reported, and say what they are of", async () => {
    // 5,000 materializations over 35 days, those of the last hours reported first.
    const reports = Array.from({ length: 5000 }, (_, i) =>
      materialization("a", { timestamp: noon - i * 10 * minutes, metadata: { rows: i } }),
    );
    const { get } = await siteOf(...reports);
    const { html, text } = await get("/assets/a");
    expect(text).toContain(
      "All 5,000 events; marks stand for several that fell together; numbers and data versions are from 2,000 of 5,000.",
    );
    expect(text).toContain("2026-10-19 18:50:00 UTC");
    const [, values = ""] = html.match(/data-values="([^"]*)"/) ?? [];
    const plotted = values.split(" ").map(Number);
    expect(plotted).toHaveLength(240);
    expect(plotted).toEqual(plotted.toSorted((a, b) => b - a));
    expect(plotted[0]).toBeGreaterThan(4960);
    expect(plotted.at(-1)).toBe(0);
    expect(text).toContain("Latest materialization just now");
  });

  test("are of a range that the address names, which a link without a script changes", async () => {
    const { get } = await siteOf(
      ...[40 * day, 20 * day, 5 * day, 3 * hour, 2 * hour].map((age) =>
        materialization("a", { timestamp: noon - age, metadata: { rows: age / hour } }),
      ),
    );
    const shown = async (path: string) => {
      const { html, text } = await get(path);
      const [, values] = html.match(/data-values="([^"]*)"/) ?? [];
      return [text.match(/(All|No|\d+ of) [^.]*\./)?.[0], values];
    };
    const { html } = await get("/assets/a");
    const ranges = ["24 h", "7 d", "30 d", "All"].map((text) => linksTo(html, text)[0]);
    expect(ranges).toEqual(["?range=24h", "?range=7d", "?range=30d", "?"]);
    expect(await shown("/assets/a")).toEqual(["All 5 events.", "960 480 120 3 2"]);
    expect(await shown(`/assets/a${ranges[0]}`)).toEqual(["2 of 5 events, those in the last 24 h.", "3 2"]);
    expect(await shown(`/assets/a${ranges[1]}`)).toEqual(["3 of 5 events, those in the last 7 days.", "120 3 2"]);
    expect(await shown(`/assets/a${ranges[2]}`)).toEqual(["4 of 5 events, those in the last 30 days.", "480 120 3 2"]);
    const old = await siteOf(materialization("a", { timestamp: noon - 2 * day }));
    expect((await old.get("/assets/a?range=24h")).text).toContain("No events in the last 24 h: 1 before.");
  });

  test("count no event that is ahead of now as one of the last hours, and show it", async () => {
    const { get } = await siteOf(
      ...[-40, -3, -2, 19].map((hours) => materialization("a", { timestamp: noon + hours * hour })),
    );
    const { html, text } = await get("/assets/a?range=24h");
    expect(text).toContain("2 of 4 events, those in the last 24 h; 1 ahead of now.");
    expect(html.match(/<rect /g)).toHaveLength(3);
  });

  test("keep their range when a partition is chosen, and stay on the page where there is no such range", async () => {
    const { get } = await siteOf(materialization("a", { partition: "p", timestamp: noon - hour }));
    const { html } = await get("/assets/a?range=7d");
    expect(html).toContain('<input type="hidden" name="range" value="7d"/>');
    expect(linksTo((await get("/assets/a?range=7d&partition=p")).html, "all partitions")).toEqual(["?range=7d"]);
    for (const wrong of ["1y", "toString"]) {
      const { status, html, text } = await get(`/assets/a?range=${wrong}&partition=p`);
      expect(status).toBe(400);
      expect(text).toContain("Invalid filter The parameter range must be 24h, 7d, 30d or all.");
      expect(text).toContain("Latest materialization 1 h ago");
      expect(linksTo(html, "24 h")).toEqual(["?partition=p&range=24h"]);
    }
  });

  test("end where the latest event is, with now where it belongs", async () => {
    const { get } = await siteOf(
      materialization("a", { timestamp: noon - 20 * hour }),
      materialization("a", { timestamp: noon + 20 * hour }),
    );
    const { html, text } = await get("/assets/a");
    expect(html).toContain('<line class="now" x1="50%" x2="50%"');
    expect(Array.from(html.matchAll(/<rect [^>]*x="([^"]*)"/g), ([, x]) => x)).toEqual(["1%", "99%"]);
    expect(text).toContain("2026-11-22 16:00:00 UTC in 20 h");
    const past = await siteOf(materialization("a", { timestamp: noon - 20 * hour }));
    expect((await past.get("/assets/a")).html).not.toContain('class="now"');
  });

  test("show a check that failed among thousands that passed, by its name and partition", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 2000 }, (_, i) =>
        checkEvaluation("a", { checkName: "c", passed: i !== 700, partition: `p${i}`, timestamp: noon - i * minutes }),
      ),
    );
    const { html } = await get("/assets/a");
    expect(html.match(/<rect class="failed"[^>]*><title>[^<]*/g)?.map((mark) => mark.replace(/.*<title>/, ""))).toEqual(
      ["2026-11-23 00:20 UTC: c failed, partition p700"],
    );
  });

  test("end with the latest of each kind, however few of them are drawn", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 3000 }, (_, i) => {
        const timestamp = noon - (3000 - i) * minutes;
        const isSeen = i % 7 === 0;
        const make = isSeen ? observation : materialization;
        return make("a", { timestamp, metadata: { [isSeen ? "seen" : "made"]: i } });
      }),
    );
    const { html } = await get("/assets/a");
    const last = Array.from(
      html.matchAll(/data-name="(\w+)"[^>]*data-values="[^"]* (\d+)"/g),
      ([, name, value]) => `${name} ${value}`,
    );
    expect(last.toSorted()).toEqual(["made 2999", "seen 2996"]);
  });

  test("give data versions since a time that is known, and else say what they are of", async () => {
    const every = (count: number, step: number) =>
      Array.from({ length: count }, (_, i) =>
        materialization("a", { timestamp: noon - i * step, dataVersion: i < 3 ? "new" : i < 4 ? "brief" : "old" }),
      );
    const versions = (text: string) => text.match(/Data versions( (of|old|new|brief|seen|since).*?(?= Events ))/)?.[1];
    const few = await siteOf(...every(40, hour));
    expect(versions((await few.get("/assets/a")).text)).toBe(
      " new since 2 h ago brief since 3 h ago old since 39 h ago",
    );
    // What was before the range is not known.
    expect(versions((await few.get("/assets/a?range=24h")).text)).toBe(
      " new since 2 h ago brief since 3 h ago old since at least 24 h ago",
    );
    const many = await siteOf(...every(6000, 10 * minutes));
    const { text } = await many.get("/assets/a");
    expect(versions(text)).toMatch(/^ of [\d,]+ of 6,000 reports new seen .* old seen \d+ d ago$/);
    expect(versions(text)).not.toContain("since");
  });

  test("draw the one value that is far from all others, or say that it may be missing", async () => {
    const reports = (count: number) =>
      Array.from({ length: count }, (_, i) => {
        const seconds = i === Math.floor(count / 2) + 1 ? 99_999.5 : 2 + (i % 8);
        return materialization("a", { timestamp: noon - (count - i) * minutes, metadata: { seconds } });
      });
    const valuesIn = (html: string) => html.match(/data-values="([^"]*)"/)?.[1]?.split(" ") ?? [];
    const some = await (await siteOf(...reports(1900))).get("/assets/a");
    expect(valuesIn(some.html)).toHaveLength(240);
    expect(valuesIn(some.html)).toContain("99999.5");
    expect(some.html).toContain('aria-label="seconds: 1,900 values from 2 to 99,999.5, the latest');
    expect(some.text).toContain("2 – 99,999.5 ");
    expect(some.text).not.toContain("sample");
    const many = await (await siteOf(...reports(9000))).get("/assets/a");
    expect(many.html).toContain('aria-label="seconds: 2,000 sampled values from 2 to ');
    expect(many.text).toMatch(/2 – [\d,.]+ in a sample of 2,000/);
  });

  test("draw each of the days after a back-fill, and the back-fill no finer than what is drawn of it", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 2968 }, (_, i) =>
        materialization("a", {
          timestamp: i < 2935 ? noon - 35 * day + i * 1000 : noon - (2968 - i) * day,
          metadata: { rows: i },
        }),
      ),
    );
    const { html } = await get("/assets/a");
    const [, values = ""] = html.match(/data-values="([^"]*)"/) ?? [];
    const drawn = values.split(" ").map(Number);
    const daily = Array.from({ length: 33 }, (_, i) => 2935 + i);
    expect(drawn.filter((value) => value >= 2935)).toEqual(daily);
    expect([drawn.length, drawn.at(-34)]).toEqual([33 + 3, 2934]);
  });

  test("draw all values where they are few, whenever they came", async () => {
    const { get } = await siteOf(
      ...Array.from({ length: 240 }, (_, i) =>
        materialization("a", {
          timestamp: i < 200 ? noon - 300 * day + i : noon - (240 - i) * day,
          metadata: { n: i },
        }),
      ),
    );
    const [, values = ""] = (await get("/assets/a")).html.match(/data-values="([^"]*)"/) ?? [];
    expect(values.split(" ")).toHaveLength(240);
  });

  test("say that marks stand for several where events happened at the same time", async () => {
    const at = (days: number, region: string) =>
      materialization("a", { partition: region, timestamp: noon - days * day });
    const { get } = await siteOf(...Array.from({ length: 40 }, (_, i) => [at(i, "eu"), at(i, "us")]).flat());
    const { html, text } = await get("/assets/a");
    expect(html.match(/<rect /g)).toHaveLength(40);
    expect(text).toContain("All 80 events; marks stand for several that fell together.");
    const apart = await siteOf(...Array.from({ length: 40 }, (_, i) => at(i, "eu")));
    expect((await apart.get("/assets/a")).text).toContain("All 40 events.");
  });

  test.each([280, 320, 480, 3000])("draw %d events that came evenly without a gap between them", async (count) => {
    const { get } = await siteOf(
      ...Array.from({ length: count }, (_, i) => materialization("a", { timestamp: noon - i * 3 * minutes })),
    );
    const { html } = await get("/assets/a");
    const places = Array.from(html.matchAll(/<rect [^>]*x="([^"%]*)%"/g), ([, x]) => Number(x));
    expect(places.length).toBeGreaterThanOrEqual(280);
    expect(places.length).toBeLessThanOrEqual(300);
    const steps = places.slice(1).map((place, i) => place - (places[i] ?? 0));
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.07);
    expect(html.includes('<svg class="dense"')).toBe(count > 300);
  });
});
