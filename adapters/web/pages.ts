import { assetPage } from "./asset-page.tsx";
import { catalogPage } from "./catalog-page.tsx";
import { checksPage } from "./checks-page.tsx";
import { errorPage } from "./error-page.tsx";
import { eventsPage } from "./events-page.tsx";
import { pageResponse } from "./page.tsx";
import type { Visit } from "./visit.ts";

const pages = { catalog: catalogPage, asset: assetPage, events: eventsPage, checks: checksPage };

export type PageName = keyof typeof pages;

/** Makes a page, whole, as an answer. */
export async function answerPage(name: PageName, visit: Visit): Promise<Response> {
  return pageResponse(await pages[name](visit));
}

export function answerError(status: number, message: string): Response {
  return pageResponse(errorPage(status, message));
}
