import { hashSecret } from "../../../adapters/config/token-format.ts";
import { openTokenCache } from "../../../adapters/http/access/token-cache.ts";
import type { AppOptions } from "../../../adapters/server/http.ts";
import {
  createMemoryDefinitionStore,
  createMemoryTokenStore,
  type EventLog,
  type NewToken,
} from "../../../storage/index.ts";
import { newToken } from "../../new-token.ts";
import { config, memory, noon } from "./native.ts";
import { testApp } from "./test-app.ts";

/** A token whose secret is its name. */
export function namedToken(name: string, fields: Partial<NewToken> = {}): NewToken {
  return newToken(name, { hash: hashSecret(name), ...fields });
}

/** An app that has these tokens, on a log in memory unless another is given. Its clocks stand still until moved. */
export async function guardedApp(
  tokens: readonly NewToken[],
  log: EventLog = memory(),
  deps: Partial<AppOptions> = {},
) {
  const clock = { now: noon, elapsed: 0 };
  const store = createMemoryTokenStore({ now: () => clock.now });
  for (const token of tokens) await store.create(token);
  const book = await openTokenCache({ store, now: () => clock.now, elapsed: () => clock.elapsed, allowGrace: true });
  const definitions = createMemoryDefinitionStore({ now: () => clock.now });
  return {
    app: testApp({ log, definitions, tokens: book, config, now: () => clock.now, ...deps }),
    log,
    definitions,
    store,
    clock,
  };
}

export type GuardedApp = Awaited<ReturnType<typeof guardedApp>>["app"];

export function bearer(secret: string): { readonly authorization: string } {
  return { authorization: `Bearer ${secret}` };
}
