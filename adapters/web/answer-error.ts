import { errorResponse } from "../http/error-response.ts";
import { HttpError } from "../http/http-error.ts";
import { rawPath } from "../http/request.ts";
import { seeOther } from "./sign-in/see-other.ts";

/** What the API would say, as a page. Whoever lacks a token is led to where they can give one. */
export async function answerError(error: unknown, request: Request): Promise<Response> {
  const { method, url } = request;
  if (error instanceof HttpError && error.status === 401) {
    const next = method === "POST" ? "/" : rawPath(url) + new URL(url).search;
    return seeOther(`/sign-in?${new URLSearchParams({ next })}`);
  }
  const { answerErrorPage } = await import("./pages.ts");
  return answerErrorPage(errorResponse(error, request), method);
}
