import type { SendStore } from "../../../storage/index.ts";
import { HttpError } from "../../http/http-error.ts";

const actions = ["test", "pause", "resume"] as const;

/** Asks for what the pressed button of the page says. Rejects with HttpError. */
export async function changeDestinations(form: URLSearchParams, sending: SendStore): Promise<void> {
  const [, word = "", argument = ""] = /^(\w+) (\S+)$/.exec(form.get("ask") ?? "") ?? [];
  if ((word === "redeliver" || word === "drop") && /^\d{1,15}$/.test(argument)) {
    const delivery = await sending.delivery(Number(argument));
    if (delivery === undefined) throw new HttpError(404, `There is no message ${argument} any more.`);
    const { destination, id } = delivery;
    return sending.request({ action: word, destination, argument: id, option: null });
  }
  const action = actions.find((one) => one === word);
  if (action === undefined) {
    throw new HttpError(400, "Nothing was asked for: no button of the page sends this. Go back, and press one.");
  }
  const found = (await sending.destinations()).some(({ name, leftAt }) => name === argument && leftAt === null);
  if (!found) throw new HttpError(404, "There is no such destination in the file of the server any more.");
  await sending.request({ action, destination: argument, argument: null, option: null });
}
