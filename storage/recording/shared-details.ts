import type { EventDetails } from "../../core/events/wire.ts";

/**
 * Wraps a function of an event's details so that consecutive events with the same details share one result. The events of
 * `partitions` in a report share their details, which may be as large as a body.
 */
export function sharedDetails<Details extends EventDetails, Made>(make: (details: Details) => Made) {
  let last: { readonly details: Details; readonly made: Made } | undefined;
  return (details: Details): Made => {
    if (last === undefined || !haveSameDetails(last.details, details)) last = { details, made: make(details) };
    return last.made;
  };
}

export function haveSameDetails(a: EventDetails, b: EventDetails): boolean {
  return a.metadata === b.metadata && a.tags === b.tags && a.description === b.description;
}
