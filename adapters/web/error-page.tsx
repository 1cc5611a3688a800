/** @jsxImportSource hono/jsx */
import type { Page } from "./page.tsx";
import { UserText } from "./user-text.tsx";

/** What went wrong, in the words that the API has for it. */
export function errorPage(status: number, message: string): Page {
  const title = status === 404 ? "Not here" : status < 500 ? "That does not work" : "Out of order";
  const body = (
    <section class="empty">
      <h1>{title}</h1>
      <p>
        <UserText text={message} most={2000} />
      </p>
      <p>
        <a href="/">All assets</a>
      </p>
    </section>
  );
  return { title, place: undefined, body, status };
}
