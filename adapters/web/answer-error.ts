import { errorResponse } from "../http/error-response.ts";
import { HttpError } from "../http/http-error.ts";
import { rawPath } from "../http/request.ts";
import { answerHeaders } from "../http/responses.ts";

/** Answers an error as a page. A 401 redirects to the sign-in page. */
export async function answerError(error: unknown, request: Request): Promise<Response> {
  const { method, url } = request;
  if (error instanceof HttpError && error.status === 401) {
    const next = method === "POST" ? "/" : rawPath(url) + new URL(url).search;
    return seeOther(`/sign-in?${new URLSearchParams({ next })}`);
  }
  const { answerErrorPage } = await import("./pages.tsx");
  return answerErrorPage(errorResponse(error, request), method);
}

/** Redirects a browser to another page, which it gets (RFC 9110, 15.4.4). */
export function seeOther(path: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, {
    status: 303,
    headers: { location: path, "cache-control": "no-store", ...answerHeaders, ...headers },
  });
}
