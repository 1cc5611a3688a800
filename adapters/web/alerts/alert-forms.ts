import type { MuteName } from "../../../storage/index.ts";
import { pageBudget } from "../parts/page-budget.ts";

/** The id of the form that the buttons of the page belong to. */
export const alertsForm = "change";

const hour = 3_600_000;

/** For how long an asset can be muted from the page. */
export const muteSpans = [
  { name: "1h", text: "1 h", span: hour },
  { name: "4h", text: "4 h", span: 4 * hour },
  { name: "1d", text: "1 day", span: 24 * hour },
  { name: "1w", text: "1 week", span: 7 * 24 * hour },
] as const;

/** The value of a button that ends a mute; undefined if the name is too long for the page. */
export function unmuteValue({ assetKey, prefix }: MuteName): string | undefined {
  const key = assetKey ?? prefix;
  const length = key.reduce((sum, part) => sum + part.length + 3, 20);
  return pageBudget().address(length, () => JSON.stringify(assetKey === undefined ? { prefix } : { asset_key: key }));
}
