import type { EventDetails } from "../core/events/wire.ts";

/**
 * What is made of an event's details, made anew only where they are not those of the event before: the events of
 * `partitions` share theirs, which may be as large as a body.
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
