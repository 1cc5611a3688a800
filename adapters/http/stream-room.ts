import { HttpError } from "./http-error.ts";

/** How many answers and bodies without an end of their own are under way: streams, exports and imports. */
export interface StreamRoom {
  /** Throws HttpError 503 where there is no room for one more. */
  assertFree(): void;
  /** Does too; else counts one, until the answered function is called. */
  enter(): () => void;
}

export function streamRoom(most: number): StreamRoom {
  let underWay = 0;

  function assertFree(): void {
    if (underWay < most) return;
    const problem = `${most} streams, exports and imports are under way, as many as --max-streams allows. Try again later.`;
    throw new HttpError(503, problem, { "retry-after": "1" });
  }

  return {
    assertFree,
    enter() {
      assertFree();
      underWay++;
      return () => {
        underWay--;
      };
    },
  };
}
