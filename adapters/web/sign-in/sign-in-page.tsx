/** @jsxImportSource hono/jsx */
import type { Page } from "../page/page.tsx";
import { visible } from "../parts/visible-text.ts";

export interface SignInProps {
  /** The page to open after signing in. */
  readonly next: string;
  /** The error of the token that was given, or of the session. */
  readonly problem?: string | undefined;
  /** Default: 200. */
  readonly status?: number;
  /** Whether to load `next` once more first: a browser does not send the cookie with a link from another site. */
  readonly tryNext?: boolean;
}

/** Asks for a token. */
export function signInPage({ next, problem, status = 200, tryNext = false }: SignInProps): Page {
  const body = (
    <section class="empty">
      <h1>Sign in</h1>
      <p id="hint">
        This server wants a token with the scope read. <code>runless token create</code> makes one.
      </p>
      <form class="sign-in" method="post" action="/sign-in">
        <input type="hidden" name="next" value={next} />
        <label for="token">Token</label>
        <input
          type="password"
          id="token"
          name="token"
          autocomplete="current-password"
          aria-describedby={problem === undefined ? "hint" : "problem"}
          aria-invalid={problem === undefined ? undefined : "true"}
          required
          autofocus
        />
        <button type="submit">Sign in</button>
        {problem !== undefined && (
          <p class="failed" id="problem" role="alert">
            <bdi>{visible(problem)}</bdi>
          </p>
        )}
      </form>
    </section>
  );
  return { title: "Sign in", section: undefined, body, status, isClosed: true, refresh: tryNext ? next : undefined };
}
