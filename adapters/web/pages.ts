import { anybody } from "../tokens/caller.ts";
import { assetPage } from "./asset-page.tsx";
import { catalogPage } from "./catalog-page.tsx";
import { checksPage } from "./checks-page.tsx";
import { errorPage } from "./error-page.tsx";
import { eventPage } from "./event-page.tsx";
import { eventsPage } from "./events-page.tsx";
import { pageResponse } from "./page.tsx";
import { type SignInProps, signInPage } from "./sign-in-page.tsx";
import type { Visit } from "./visit.ts";

const pages = { catalog: catalogPage, asset: assetPage, events: eventsPage, event: eventPage, checks: checksPage };

export type PageName = keyof typeof pages;

/** Makes a page, whole, as an answer. */
export async function answerPage(name: PageName, visit: Visit): Promise<Response> {
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
