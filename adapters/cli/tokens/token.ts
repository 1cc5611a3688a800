import { Command } from "@commander-js/extra-typings";
import { examples } from "../log-command.ts";
import { tokenCreateCommand } from "./token-create.ts";
import { tokenListCommand } from "./token-list.ts";
import { tokenRevokeCommand } from "./token-revoke.ts";

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
