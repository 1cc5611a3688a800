import { HttpError } from "../http-error.ts";

/** A name, or an address as a URL has it, with or without a port: RFC 9110, 7.2. */
const hostAndPort = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i;

/**
 * Answers a 400 for a host that no URL can have, as `.1`, or that would bring more into one than a host, as `a/b`: the
 * runtimes make a Request of some such, with a path that nobody asked for.
 */
export function hostCheck() {
  let lastGood: string | undefined; // nearly every request says the same
  return (host: string): HttpError | undefined => {
    if (host === lastGood) return undefined;
    if (!hostAndPort.test(host) || !URL.canParse(`http://${host}`)) {
      const problem = "The header Host must be a name or an address, with or without a port";
      return new HttpError(400, `${problem}. Got ${host.slice(0, 100)}.`, { connection: "close" });
    }
    lastGood = host;
    return undefined;
  };
}

/** Stands in a Request's URL for the host that HTTP/1.0 need not say. */
export const noHost = "localhost";
