import * as v from "valibot";
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

/** Does what the pressed button of the page says. Rejects with HttpError. */
export async function changeAlerts(form: URLSearchParams, watching: ScopedWatching, now: number): Promise<void> {
  const [mute, unmute, close] = [form.get("mute"), form.get("unmute"), form.get("close")];
  if (mute !== null) {
    const [, name, id = ""] = /^(\w+) (\d{1,15})$/.exec(mute) ?? [];
    const found = muteSpans.find((one) => one.name === name);
    if (found === undefined) throw noSuchButton();
    const alert = await watching.alert(Number(id));
    if (alert === undefined) throw noAlert(id);
    await watching.mute({ assetKey: alert.assetKey }, now + found.span);
  } else if (unmute !== null) {
    const name = muteName(unmute);
    if (await watching.unmute(name)) return;
    throw new HttpError(404, `${formatAssetKey(name.assetKey ?? name.prefix)} is not muted any more.`);
  } else if (close !== null && /^\d{1,15}$/.test(close)) {
    if ((await watching.closeAlert(Number(close))) === undefined) throw noAlert(close);
  } else {
    throw noSuchButton();
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
