import { Command } from "@commander-js/extra-typings";
import { flagsHelp } from "../config/config.ts";
import { examples } from "./log-command.ts";

export const serveCommand = new Command("serve")
  .description("Run the server.")
  .usage("[flags]")
  // The server reads its flags itself, as when it is started without this command.
  .allowUnknownOption()
  .allowExcessArguments()
  .addHelpText("after", () => `\nEach flag has a variable.\n\n${flagsHelp()}`)
  .addHelpText("after", examples("serve", "serve --port 3001 --database-url file:/var/lib/runless/runless.db"))
  .action(async () => {
    if (process.versions.bun !== undefined) await import("../bun.ts");
    else if (process.versions.deno !== undefined) await import("../deno.ts");
    else await import("../node.ts");
  });
