import { exchange, exchangeAll } from "./exchange.ts";
import type { FixtureName } from "./fixtures.ts";
import { markdownValues } from "./large-values.ts";
import { reading, type Shape } from "./shape.ts";

const page = "text/html";
/** A needle that agrees with all keys of the fixture for half of their length. */
const longNeedle = `${"a".repeat(4000)}b`;

const values = ["rows", "numbers", "columns", "deep", "text", "entries", "description"] as const;

function assetOf(name: string, fixture: FixtureName): readonly Shape[] {
  return [
    reading(`asset-${name}`, `/api/v1/assets/stall/${name}`, { fixture }),
    reading(`page-${name}`, `/assets/stall/${name}`, { fixture, quick: name === "md-emphasis" }, page),
  ];
}

function table(name: string, path: string, accept?: string, quick = false): Shape {
  return reading(`table-${name}`, path, { fixture: "table", quick }, accept);
}

function assets(name: string, path: string, accept?: string): Shape {
  return reading(name, path, { fixture: "assets" }, accept);
}

/** Reads of what is large or many, by the API and as pages. */
export const readShapes: readonly Shape[] = [
  table("event", "/api/v1/events/1"),
  table("asset", "/api/v1/assets/stall/table"),
  // By asset, since what is reported beside them would push the planted events from the page.
  table("events", "/api/v1/events?asset_key=stall/table"),
  table("asset-page", "/assets/stall/table", page, true),
  table("event-page", "/events/1", page),
  table("events-page", "/events?asset_key=stall/table", page, true),
  ...values.flatMap((name) => assetOf(name, "values")),
  ...Object.keys(markdownValues).flatMap((name) => assetOf(name, "markdown")),
  reading("ten-rows-events", "/api/v1/events?asset_key=stall/ten&limit=10", { fixture: "ten-rows", quick: true }),
  reading("ten-rows-page", "/assets/stall/ten", { fixture: "ten-rows" }, page),
  reading("ten-rows-events-page", "/events?asset_key=stall/ten", { fixture: "ten-rows" }, page),
  {
    // As the script of a page does it: whatever is reported, it gets the page once more.
    name: "ten-rows-viewer",
    kind: "read",
    fixture: "ten-rows",
    ask: ({ port }) =>
      exchangeAll(port, [
        { method: "POST", path: "/report_asset_observation/stall/ten" },
        { method: "GET", path: "/assets/stall/ten", headers: { accept: page, "sec-fetch-dest": "empty" } },
      ]),
  },
  reading("large-events-1000", "/api/v1/events?asset_key=stall/large&limit=1000", { fixture: "large-events" }),
  reading("large-events-page", "/events?asset_key=stall/large", { fixture: "large-events" }, page),
  reading("long-keys-search", `/api/v1/assets?search=${longNeedle}`, { fixture: "long-keys" }),
  reading("long-keys-search-page", `/?search=${longNeedle}`, { fixture: "long-keys" }, page),
  reading("long-keys-list", "/api/v1/assets?limit=1000", { fixture: "long-keys" }),
  assets("assets-search-none", "/api/v1/assets?search=nowhere"),
  assets("assets-search-last", "/api/v1/assets?search=table199999"),
  assets("assets-search-all", "/api/v1/assets?search=table&limit=1000"),
  assets("assets-prefix", "/api/v1/assets?prefix=lake/team39&limit=1000"),
  assets("events-prefix", "/api/v1/events?prefix=lake/team39&limit=1000"),
  assets("catalog-latest", "/?sort=latest", page),
  assets("catalog-state", "/?sort=state", page),
  assets("catalog-reports", "/?sort=reports", page),
  assets("catalog-failing", "/?state=failing", page),
  assets("catalog-search", "/?search=nowhere&sort=latest", page),
  assets("checks-page", "/checks", page),
  assets("alerts-page", "/alerts", page),
  reading("partitions-list", "/api/v1/partitions?asset_key=stall/wide&limit=1000", { fixture: "partitions" }),
  reading("partitions-page", "/assets/stall/wide", { fixture: "partitions" }, page),
];

/** Wipes: what was planted is gone after one. */
export const wipeShapes: readonly Shape[] = (["partition-100000", "partition-600000"] as const).map(
  (fixture: FixtureName) => ({
    name: `wipe-${fixture}`,
    kind: "request",
    fixture,
    once: true,
    ask: ({ port }) => exchange(port, { method: "DELETE", path: "/api/v1/assets?asset_key=stall/wiped&partition=all" }),
  }),
);
