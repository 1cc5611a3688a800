import { Command } from "@commander-js/extra-typings";
import { networkReason } from "../../client/client-error.ts";
import { isLoopback } from "../../config/config.ts";
import { printable } from "../../config/printable.ts";
import { askHealth, serverAddress } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples } from "../log-command.ts";
import { readSecret } from "../prompt.ts";
import { userConfigPath, writeUserConfig } from "../user-config.ts";

const timeout = 30_000;

export const loginCommand = new Command("login")
  .description(
    "Ask for a server's token on standard input, try it, and write it down with the server's address, for this user's " +
      "eyes only. From then on commands talk to that server where neither an option nor a variable says otherwise: a job " +
      "of cron's needs no RUNLESS_URL. The server itself (runless serve) does not read it. To log out, remove the file.",
  )
  .argument("<url>", "the server")
  .addHelpText("after", () => `\nThe file:\n  ${userConfigPath()}`)
  .addHelpText("after", examples("login https://runless.example.com", "login http://127.0.0.1:3000 < token.txt"))
  .action(async (given) => {
    const url = serverAddress(given);
    const version = await versionOf(url);
    const secret = await readSecret(`Token for ${url} (none: Enter): `);
    if (!/^[!-~]*$/.test(secret)) throw new CommandError(exitCodes.usage, "A token is one word of visible characters.");
    const token = secret === "" ? undefined : secret;
    if (token !== undefined && url.startsWith("http:") && !isLoopback(new URL(url).hostname)) {
      console.error(`runless: warning: ${url} is not encrypted, and others on the way can read the token`);
    }
    await tryToken(url, token);
    const path = userConfigPath();
    writeUserConfig(path, { url, token });
    console.log(`Commands talk to ${url} (runless ${printable(version)}) from now on. That is written in ${path}.`);
  });

/** The version of the runless at an address. Rejects with CommandError if there is none. */
async function versionOf(url: string): Promise<string> {
  const found = await askHealth(url).catch((error: unknown) => {
    throw new CommandError(exitCodes.unreachable, `There is no answer from ${url}: ${networkReason(error)}.`);
  });
  if (found !== undefined) return found;
  const hint = /\/api(\/v1)?$/.test(url) ? " A server's address has no /api at its end." : "";
  const problem = `There is no runless at ${url}: something answers at ${url}/health, and does not say that it is one.`;
  throw new CommandError(exitCodes.unreachable, problem + hint);
}

/** Rejects with CommandError if the server does not accept the token, or requires one. */
async function tryToken(url: string, token: string | undefined): Promise<void> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { status, challenge, body } = await ask(`${url}/api/v1/assets?limit=1`, headers);
  // The server knows the token even if that may report but not read.
  if (status === 200 || (status === 403 && challenge.includes("insufficient_scope"))) return;
  throw new CommandError(
    exitCodes.failed,
    `${url} did not take the token, and nothing was changed: ${reason(status, body)}`,
  );
}

async function ask(url: string, headers: Readonly<Record<string, string>>) {
  try {
    // No redirects: the token is for this address alone.
    const response = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(timeout) });
    const challenge = response.headers.get("www-authenticate") ?? "";
    return { status: response.status, challenge, body: await response.text() };
  } catch (error) {
    throw new CommandError(
      exitCodes.unreachable,
      `${url} got no answer, and nothing was changed: ${networkReason(error)}.`,
    );
  }
}

function reason(status: number, body: string): string {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === "object" && json !== null && "error" in json) return printable(String(json.error));
  } catch {
    // The answer is not one of runless.
  }
  return `it answered ${status}.`;
}
