/** @jsxImportSource hono/jsx */
import type { Page } from "../page.tsx";
import { visible } from "../values/visible-text.ts";

export interface SignInProps {
  /** The page to go on to. */
  readonly next: string;
  /** Why the token that was given, or kept, does not do. */
  readonly problem?: string | undefined;
  /** Default: 200. */
  readonly status?: number;
  /** Whether to look at `next` once more first: a browser keeps the cookie back where another site led here. */
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
  return { title: "Sign in", place: undefined, body, status, isClosed: true, refresh: tryNext ? next : undefined };
}
