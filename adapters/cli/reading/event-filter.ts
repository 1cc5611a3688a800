import { Option } from "@commander-js/extra-typings";
import type { AssetKey } from "../../../core/index.ts";
import { logCommand, readAssetKey, readEventId, readTime, timeForms } from "../log-command.ts";

const types = {
  materialization: "ASSET_MATERIALIZATION",
  observation: "ASSET_OBSERVATION",
  check: "ASSET_CHECK_EVALUATION",
  wiped: "ASSET_WIPED",
  freshness: "FRESHNESS_STATE_CHANGE",
} as const;

/** A command that reads events, with the options that filter them. */
export function filterCommand(name: string) {
  return logCommand(name)
    .option("--asset-key <key>", "events of this asset", readAssetKey)
    .option("--prefix <key>", "events of this asset and all below it", readAssetKey)
    .addOption(
      new Option("--type <type>", "events of this type").choices([
        "materialization",
        "observation",
        "check",
        "wiped",
        "freshness",
      ]),
    )
    .option("--partition <partition>", "events of this partition")
    .option("--check-name <name>", "evaluations of this check")
    .option("--since <time>", `that happened then or later: ${timeForms}`, readTime)
    .option("--until <time>", "that happened before", readTime)
    .option("--after <id>", "recorded after this event", readEventId);
}

interface FilterOptions {
  readonly assetKey?: AssetKey | undefined;
  readonly prefix?: AssetKey | undefined;
  readonly type?: keyof typeof types | undefined;
  readonly partition?: string | undefined;
  readonly checkName?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
}

/** The filter as parameters of the HTTP API. */
export function filterQuery(options: FilterOptions): Readonly<Record<string, string | number | undefined>> {
  const { assetKey, prefix, type, partition, checkName, since, until, after, before, order } = options;
  return {
    asset_key: assetKey && JSON.stringify(assetKey),
    prefix: prefix && JSON.stringify(prefix),
    type: type && types[type],
    partition,
    check_name: checkName,
    since,
    until,
    after,
    before,
    order,
  };
}

export function formatQuery(query: ReturnType<typeof filterQuery>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? "" : `?${given}`;
}
