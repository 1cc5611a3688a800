/** @jsxImportSource hono/jsx */
import type { Page } from "./page.tsx";
import { UserText } from "./values/user-text.tsx";

/** What went wrong, in the words that the API has for it. `isRead` is true where a page was asked for, and not changed. */
export function errorPage(status: number, message: string, isRead: boolean): Page {
  const title = titleOf(status, isRead);
  const body = (
    <section class="empty">
      <h1>{title}</h1>
      <Message text={message} />
      <p>
        <a href="/">All assets</a>
      </p>
    </section>
  );
  return { title, place: undefined, body, status };
}

const hint = " /docs says what there is.";

function Message({ text }: { readonly text: string }) {
  const leadsToDocs = text.endsWith(hint);
  return (
    <p>
      <UserText text={leadsToDocs ? text.slice(0, -hint.length) : text} most={2000} />
      {leadsToDocs && (
        <>
          {" "}
          <a href="/docs">/docs</a> says what there is.
        </>
      )}
    </p>
  );
}

function titleOf(status: number, isRead: boolean): string {
  if (status === 404) return "Not found";
  if (status >= 500) return "Out of order";
  if (status === 403) return "Not allowed";
  return status === 400 && isRead ? "Invalid filter" : "Invalid request";
}
