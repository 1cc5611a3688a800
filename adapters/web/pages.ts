import { anybody } from "../http/access/caller.ts";
import { assetPage } from "./asset/asset-page.tsx";
import { catalogPage } from "./catalog/catalog-page.tsx";
import { checksPage } from "./checks/checks-page.tsx";
import { errorPage } from "./error-page.tsx";
import { eventPage } from "./events/event-page.tsx";
import { eventsPage } from "./events/events-page.tsx";
import { pageResponse } from "./page.tsx";
import type { PageContext } from "./page-context.ts";
import { type SignInProps, signInPage } from "./sign-in/sign-in-page.tsx";

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
