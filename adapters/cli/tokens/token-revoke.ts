import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples } from "../log-command.ts";
import { tokensCommand, withTokens } from "./with-tokens.ts";

export const tokenRevokeCommand = tokensCommand("revoke")
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
