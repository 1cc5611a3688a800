import { Command } from "@commander-js/extra-typings";
import { formatAssetKey } from "../../../core/index.ts";
import type { TokenRecord } from "../../../storage/token-store.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, jsonOption } from "../log-command.ts";
import { time } from "../reading/event-cells.ts";
import { type Cell, table } from "../table.ts";
import { tokenCreateCommand } from "./token-create.ts";
import { tokensCommand, withTokens } from "./with-tokens.ts";

const headers = ["NAME", "SCOPES", "PREFIX", "CREATED", "EXPIRES", "LAST USED", "STATE"];

const tokenListCommand = tokensCommand("list")
  .summary("List tokens.")
  .description("List the tokens that were ever created, oldest first. The last use is known to a minute or so.")
  .option(...jsonOption)
  .addHelpText("after", examples("token list", "token list --json"))
  .action(async ({ json, ...options }) => {
    await withTokens(options, { create: false }, async ({ tokens: store }) => {
      const tokens = await store.list();
      if (json === true) return console.log(JSON.stringify({ tokens: tokens.map(formatToken) }));
      console.log(table(headers, tokens.map(cells)));
    });
  });

function formatToken({ name, scopes, prefix, createdAt, expiresAt, revokedAt, lastUsedAt }: TokenRecord) {
  const iso = (at: number | null) => at && new Date(at).toISOString();
  return {
    name,
    scopes,
    prefix,
    created_at: iso(createdAt),
    expires_at: iso(expiresAt),
    revoked_at: iso(revokedAt),
    last_used_at: iso(lastUsedAt),
  };
}

function cells({ name, scopes, prefix, createdAt, expiresAt, revokedAt, lastUsedAt }: TokenRecord): readonly Cell[] {
  const times = [createdAt, expiresAt, lastUsedAt].map((at) => (at === null ? "" : time(at)));
  return [name, scopes.join(","), prefix === null ? "" : formatAssetKey(prefix), ...times, state(expiresAt, revokedAt)];
}

function state(expiresAt: number | null, revokedAt: number | null): Cell {
  if (revokedAt !== null) return { text: `revoked ${time(revokedAt)}`, style: "red" };
  if (expiresAt !== null && expiresAt <= Date.now()) return { text: "expired", style: "yellow" };
  return { text: "active", style: "green" };
}

const tokenRevokeCommand = tokensCommand("revoke")
  .summary("Revoke a token.")
  .description(
    "Revoke a token for good. Servers on the database refuse it within two seconds, and end its streams, exports and " +
      "imports within ten.",
  )
  .argument("<name>", "the token's name")
  .addHelpText("after", examples("token revoke ci"))
  .action(async (name, options) => {
    await withTokens(options, { create: false }, async ({ tokens }) => {
      if ((await tokens.revoke(name)) === undefined) {
        const instead = "runless token list shows those there are";
        throw new CommandError(exitCodes.failed, `There is no token ${printable(name)} to revoke: ${instead}.`);
      }
      console.log(`Revoked ${name}.`);
    });
  });

export const tokenCommand = new Command("token")
  .description(
    "Create, list and revoke the tokens that let others report and read. These commands open the server's database " +
      "themselves, whether it runs or not; there is no --url. As soon as there is one token, no request goes without, " +
      "not even when the last is revoked.",
  )
  .addCommand(tokenCreateCommand)
  .addCommand(tokenListCommand)
  .addCommand(tokenRevokeCommand)
  .addHelpText(
    "after",
    examples("token create --name ci --scope report --prefix s3/orders", "token list", "token revoke ci"),
  );
