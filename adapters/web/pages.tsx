/** @jsxImportSource hono/jsx */

import { anybody } from "../http/access/caller.ts";
import { assetPage } from "./asset/asset-page.tsx";
import { catalogPage } from "./catalog/catalog-page.tsx";
import { checksPage } from "./checks/checks-page.tsx";
import { eventPage } from "./events/event-page.tsx";
import { eventsPage } from "./events/events-page.tsx";
import { type Page, type PageContext, pageResponse } from "./page.tsx";
import { type SignInProps, signInPage } from "./sign-in/sign-in-page.tsx";
import { UserText } from "./values/user-text.tsx";

const pages = { catalog: catalogPage, asset: assetPage, events: eventsPage, event: eventPage, checks: checksPage };

export type PageName = keyof typeof pages;

/** Makes a page, whole, as an answer. */
export async function answerPage(name: PageName, visit: PageContext): Promise<Response> {
  return pageResponse(await pages[name](visit), visit.caller, visit.isStyled);
}

/** An error that is answered already, for people. */
export async function answerErrorPage(answer: Response, method: string): Promise<Response> {
  const { error } = (await answer.json()) as { readonly error: string }; // as every error of ours
  const page = pageResponse(errorPage(answer.status, error, method === "GET" || method === "HEAD"), anybody);
  for (const name of ["allow", "retry-after", "x-request-id", "connection"]) {
    const value = answer.headers.get(name);
    if (value !== null) page.headers.set(name, value);
  }
  return page;
}

export function answerSignIn(props: SignInProps): Response {
  return pageResponse(signInPage(props), anybody);
}

/** What went wrong, in the words that the API has for it. `isRead` is true where a page was asked for, and not changed. */
function errorPage(status: number, message: string, isRead: boolean): Page {
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
