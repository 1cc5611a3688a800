/** @jsxImportSource hono/jsx */
import type { Page } from "./page.tsx";
import { UserText } from "./values/user-text.tsx";

/** What went wrong, in the words that the API has for it. `isRead` is true where a page was asked for, and not changed. */
export function errorPage(status: number, message: string, isRead: boolean): Page {
  const title = titleOf(status, isRead);
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

function titleOf(status: number, isRead: boolean): string {
  if (status === 404) return "Not found";
  if (status >= 500) return "Out of order";
  if (status === 403) return "Not allowed";
  return status === 400 && isRead ? "Invalid filter" : "Invalid request";
}
