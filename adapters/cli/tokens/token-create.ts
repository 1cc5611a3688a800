import { InvalidArgumentError } from "@commander-js/extra-typings";
import { formatAssetKey, parseTime } from "../../../core/index.ts";
import type { Stores } from "../../../storage/stores.ts";
import type { TokenStore } from "../../../storage/token-store.ts";
import { parseDays } from "../../config/relative-time.ts";
import { aName, hashSecret, isTokenName, newSecret, parseScopes, someScopes } from "../../config/token-format.ts";
import { graceToken, isGrace } from "../../http/access/token-cache.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { createOption, examples, readAssetKey } from "../log-command.ts";
import { ask } from "../prompt.ts";
import { time } from "../reading/event-cells.ts";
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
  .option(
    "--expires <when>",
    "a time (RFC 3339, as 2026-11-30T05:50:00Z), or how long from now: 90d (or 90), 12h, 30m",
    readExpiry,
  )
  .option("--grace <when>", "with the first token: until then those who have none may report", readExpiry)
  .option("--yes", "don't ask")
  .option(...createOption)
  .addHelpText(
    "after",
    `
The first token:
  As soon as there is one, a server refuses within two seconds those who have none: also the jobs that run already. With
  --grace they may report till then, and nothing else; the server's log names them. That holds for a server that listens
  on this machine alone, and whose RUNLESS_TOKENS are not set. runless token list shows it as (no token), and
  runless token revoke "(no token)" ends it.`,
  )
  .addHelpText(
    "after",
    examples(
      "token create --name ci --scope report --prefix s3/orders --expires 90d",
      "token create --name ci --scope report --grace 24h",
      "token create --name me --scope admin > ~/.runless-token",
    ),
  )
  .action(async ({ name, scope: scopes, prefix = null, expires: expiresAt = null, grace, yes, create, ...options }) => {
    const secret = newSecret();
    const open = { create: create === true, instead: "; --create makes this one" };
    let isFirst = false;
    await withTokens(options, open, async (stores) => {
      const { tokens } = stores;
      isFirst = (await tokens.list()).every(isGrace);
      if (grace !== undefined && !isFirst) {
        const problem = "--grace goes with the first token, and there was one before";
        throw new CommandError(exitCodes.usage, `${problem}: requests need a token already.`);
      }
      if (isFirst && grace === undefined && yes !== true) await askFirst(stores);
      // Before the token, so that jobs are not refused for a moment.
      if (grace !== undefined) await tokens.create(graceToken(grace));
      const created = await tokens.create({ name, hash: hashSecret(secret), scopes, prefix, expiresAt });
      if (created === undefined) throw await alreadyThere(name, tokens);
    });
    const where = prefix === null ? "" : ` at and below ${formatAssetKey(prefix)}`;
    const until = expiresAt === null ? "" : ` until ${time(expiresAt)}`;
    console.error(`The token ${name} may ${scopes.join(" and ")}${where}${until}. Keep it: it can't be shown again.`);
    if (isFirst) console.error(firstSentence(grace));
    console.log(secret);
  });

function firstSentence(grace: number | undefined): string {
  const first = "It is the first token: servers on the database ask everybody for one within two seconds";
  if (grace === undefined) return `${first}, and refuse jobs that have none.`;
  return `${first}, but those who report without one until ${time(grace)} (the server's log names them).`;
}

/** Asks at a terminal, before a first token locks out running jobs. */
async function askFirst({ log }: Stores): Promise<void> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return;
  if ((await log.query({}, { limit: 1, order: "desc" })).events.length === 0) return;
  const problem =
    "This is the first token, and the database has events: within two seconds jobs that have none are refused";
  if (await ask(`${problem} (--grace 24h lets them report meanwhile). Create it? [y/N] `)) return;
  throw new CommandError(exitCodes.failed, "Nothing was created.");
}

async function alreadyThere(name: string, tokens: TokenStore): Promise<CommandError> {
  const instead = `revoke it first (runless token revoke ${name}), or take another name`;
  const twin = (await tokens.list()).find((token) => token.name === name && token.revokedAt === null);
  const state = (twin?.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now() ? "already" : "already, which has expired";
  return new CommandError(exitCodes.failed, `There is a token ${name} ${state}: ${instead}.`);
}

function readName(text: string): string {
  if (isTokenName(text)) return text;
  throw new InvalidArgumentError(`It must be ${aName}.`);
}

function readScopes(text: string) {
  const scopes = parseScopes(text);
  if (scopes !== undefined) return scopes;
  throw new InvalidArgumentError(`It must be ${someScopes}.`);
}

/** Reads a time, or a span from now. */
function readExpiry(text: string): number {
  const span = parseDays(text);
  const now = Date.now();
  const at = span === undefined ? parseTime(text) : now + span;
  if (at !== undefined && at > now) return at;
  throw new InvalidArgumentError(
    "It must be a time to come (RFC 3339, as 2026-11-30T05:50:00Z), or a span as 90d, 12h or 30m.",
  );
}
