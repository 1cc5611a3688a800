import * as v from "valibot";
import { parseId } from "../../../core/id.ts";
import { formatAssetKey } from "../../../core/index.ts";
import type { MuteName } from "../../../storage/index.ts";
import { HttpError } from "../../http/http-error.ts";
import type { ScopedWatching } from "../../http/watching/scoped-watching.ts";
import { muteSpans } from "./alert-forms.ts";

const keySchema = v.pipe(v.array(v.string()), v.minLength(1));
const nameSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([v.strictObject({ asset_key: keySchema }), v.strictObject({ prefix: keySchema })]),
);

/** Mutes, unmutes or closes, as the pressed button of the page says. Rejects with HttpError. */
export async function changeAlerts(form: URLSearchParams, watching: ScopedWatching, now: number): Promise<void> {
  const [mute, unmute, close] = [form.get("mute"), form.get("unmute"), form.get("close")];
  if (mute !== null) {
    const [, name, text = ""] = /^(\w+) (\d+)$/.exec(mute) ?? [];
    const [id, found] = [parseId(text), muteSpans.find((one) => one.name === name)];
    if (id === undefined || found === undefined) throw noSuchButton();
    const alert = await watching.alert(id);
    if (alert === undefined) throw noAlert(text);
    await watching.mute({ assetKey: alert.assetKey }, now + found.span);
  } else if (unmute !== null) {
    const name = muteName(unmute);
    if (await watching.unmute(name)) return;
    throw new HttpError(404, `${formatAssetKey(name.assetKey ?? name.prefix)} is not muted any more.`);
  } else {
    const id = close === null ? undefined : parseId(close);
    if (close === null || id === undefined) throw noSuchButton();
    if ((await watching.closeAlert(id)) === undefined) throw noAlert(close);
  }
}

function muteName(text: string): MuteName {
  const result = v.safeParse(nameSchema, text);
  if (!result.success) throw noSuchButton();
  const { output } = result;
  return "prefix" in output ? { prefix: output.prefix } : { assetKey: output.asset_key };
}

function noAlert(id: string): HttpError {
  return new HttpError(404, `There is no alert ${id} any more.`);
}

function noSuchButton(): HttpError {
  return new HttpError(400, "Nothing was changed: no button of the page sends this. Go back, and press one.");
}
