/** @jsxImportSource hono/jsx */

import { anybody } from "../http/access/caller.ts";
import { alertsPage } from "./alerts/alerts-page.tsx";
import { assetPage } from "./asset/asset-page.tsx";
import { catalogPage } from "./catalog/catalog-page.tsx";
import { checksPage } from "./checks/checks-page.tsx";
import { destinationsPage } from "./destinations/destinations-page.tsx";
import { eventPage } from "./events/event-page.tsx";
import { eventsPage } from "./events/events-page.tsx";
import { type Page, type PageContext, pageResponse } from "./page/page.tsx";
import { UserText } from "./parts/user-text.tsx";
import { type SignInProps, signInPage } from "./sign-in/sign-in-page.tsx";

const pages = {
  catalog: catalogPage,
  asset: assetPage,
  events: eventsPage,
  event: eventPage,
  checks: checksPage,
  alerts: alertsPage,
  destinations: destinationsPage,
};

export type PageName = keyof typeof pages;

/** Reads and renders a page. */
export async function answerPage(name: PageName, context: PageContext): Promise<Response> {
  const [page, firing] = await Promise.all([pages[name](context), context.watching.firing()]);
  return pageResponse({ ...page, firing }, context.caller, context.isStyled);
}

/** Renders an error of the API as a page. */
export async function answerErrorPage(answer: Response, method: string): Promise<Response> {
  const { error } = (await answer.json()) as { readonly error: string }; // as errorResponse writes it
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

/** A page with the message of an error. `isRead` is true for a request that changes nothing. */
function errorPage(status: number, message: string, isRead: boolean): Page {
  const title = titleOf(status, isRead);
  const body = (
    <section class="empty error">
      <h1>{title}</h1>
      <Message text={message} />
      <p>
        <a href="/">All assets</a>
      </p>
    </section>
  );
  return { title, section: undefined, body, status };
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
