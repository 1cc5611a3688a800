import { InvalidArgumentError } from "@commander-js/extra-typings";
import { formatAssetKey, parseTime } from "../../core/index.ts";
import { hashSecret, newSecret } from "../tokens/token-secret.ts";
import { aName, isTokenName, parseScopes, someScopes } from "../tokens/token-words.ts";
import { time } from "./event-cells.ts";
import { CommandError, exitCodes } from "./exit-code.ts";
import { createOption, examples, readAssetKey } from "./log-command.ts";
import { tokensCommand, withTokens } from "./with-tokens.ts";

export const tokenCreateCommand = tokensCommand("create")
  .summary("Create a token.")
  .description(
    "Create a token, and write its secret to standard output: this once, since only its hash is kept. Servers on the " +
      "database know it within two seconds.",
  )
  .requiredOption("--name <name>", "what to call it; wipes are recorded under it", readName)
  .requiredOption("--scope <scopes>", "report, read or admin, which is both and wiping; or report,read", readScopes)
  .option("--prefix <key>", "only this asset and all below it", readAssetKey)
  .option("--expires <when>", "a time (ISO 8601 with a zone), or how long from now: 90d, 12h, 30m", readExpiry)
  .option(...createOption)
  .addHelpText(
    "after",
    examples(
      "token create --name ci --scope report --prefix s3/orders --expires 90d",
      "token create --name me --scope admin > ~/.runless-token",
    ),
  )
  .action(async ({ name, scope: scopes, prefix = null, expires: expiresAt = null, create, ...options }) => {
    const secret = newSecret();
    const open = { create: create === true, instead: "; --create makes this one" };
    await withTokens(options, open, async ({ tokens }) => {
      const hash = hashSecret(secret);
      const created = await tokens.create({ name, hash, scopes, prefix, expiresAt });
      if (created === undefined) {
        const instead = `revoke it first (runless token revoke ${name}), or take another name`;
        const twin = (await tokens.list()).find((token) => token.name === name && token.revokedAt === null);
        const state =
          (twin?.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now() ? "already" : "already, which has expired";
        throw new CommandError(exitCodes.failed, `There is a token ${name} ${state}: ${instead}.`);
      }
    });
    const where = prefix === null ? "" : ` at and below ${formatAssetKey(prefix)}`;
    const until = expiresAt === null ? "" : ` until ${time(expiresAt)}`;
    console.error(`The token ${name} may ${scopes.join(" and ")}${where}${until}. Keep it: it can't be shown again.`);
    console.log(secret);
  });

function readName(text: string): string {
  if (isTokenName(text)) return text;
  throw new InvalidArgumentError(`It must be ${aName}.`);
}

function readScopes(text: string) {
  const scopes = parseScopes(text);
  if (scopes !== undefined) return scopes;
  throw new InvalidArgumentError(`It must be ${someScopes}.`);
}

const spans: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readExpiry(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const now = Date.now();
  const at = count === undefined ? parseTime(text) : now + Number(count) * (spans[unit] ?? 0);
  if (at !== undefined && at > now) return at;
  throw new InvalidArgumentError("It must be a time to come (ISO 8601 with a zone), or a span as 90d, 12h or 30m.");
}
