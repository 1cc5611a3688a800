import * as v from "valibot";

const eventSchema = v.looseObject({
  id: v.number(),
  type: v.string(),
  asset_key: v.array(v.string()),
  partition: v.nullable(v.string()),
  timestamp: v.string(),
  metadata: v.record(v.string(), v.object({ type: v.string(), raw_value: v.unknown() })),
});
const pageSchema = v.object({ events: v.array(eventSchema), cursor: v.nullable(v.string()), has_more: v.boolean() });

/** An event as the read API shows it. Numbers are what JSON.parse makes of them. */
export type WireEvent = v.InferOutput<typeof eventSchema>;

/** Every event that matches, oldest first, through as many pages as it takes. */
export async function* walkEvents(
  url: string,
  query: Readonly<Record<string, string>> = {},
): AsyncGenerator<WireEvent> {
  const parameters = new URLSearchParams({ order: "asc", limit: "1000", ...query });
  for (;;) {
    const answer = await fetch(`${url}/api/v1/events?${parameters}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`GET /api/v1/events?${parameters} answered ${answer.status}: ${text}`);
    const page = v.parse(pageSchema, JSON.parse(text));
    yield* page.events;
    if (!page.has_more) return;
    if (page.cursor === null) throw new Error("A page says that there is more, and not where.");
    parameters.set("cursor", page.cursor);
  }
}

/** All that the log holds of one asset, oldest first. */
export function eventsOf(url: string, assetKey: readonly string[]): Promise<WireEvent[]> {
  return Array.fromAsync(walkEvents(url, { asset_key: JSON.stringify(assetKey) }));
}
