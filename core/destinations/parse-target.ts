import type { DestinationTarget, DestinationType } from "./destination.ts";
import type { FieldReader } from "./field-reader.ts";

/** The fields that belong to one type alone. */
export const targetFields: Readonly<Record<DestinationType, readonly string[]>> = {
  webhook: ["url", "secret"],
  slack: ["url"],
  pagerduty: ["routing_key", "url"],
  email: ["smtp", "from", "to"],
  apprise: ["url", "urls", "tag"],
  heartbeat: ["url"],
  dagster: ["url", "token", "headers", "lanes"],
};

const httpUrl = /^https?:\/\/[^\s/?#\\]+(?:[/?#]\S*)?$/i;
const word = /^\S+$/;
const mailbox = /^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/;
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[^\r\n\0]+$/;
const pagerdutyUrl = "https://events.pagerduty.com/v2/enqueue";
const mostLanes = 16;

/** Reads what a request to a destination needs. Undefined if a part is wrong, which is among the problems then. */
export function parseTarget(
  type: DestinationType,
  fields: FieldReader,
  isPrivate: boolean,
): DestinationTarget | undefined {
  const url = (example: string) => readUrl(fields, example, isPrivate);
  switch (type) {
    case "webhook": {
      const target = { url: url("https://example.com/hook"), secrets: readWebhookSecrets(fields) };
      return isComplete(target) ? { type, ...target } : undefined;
    }
    case "slack":
    case "heartbeat": {
      const target = { url: url(type === "slack" ? `\${SLACK_URL}` : `https://hc-ping.com/\${CHECK_ID}`) };
      return isComplete(target) ? { type, ...target } : undefined;
    }
    case "pagerduty": {
      const expected = `write the integration key of the service, as \${PAGERDUTY_KEY}`;
      const target = {
        routingKey: fields.secret("routing_key", expected, word),
        url: fields.has("url") ? url(pagerdutyUrl) : pagerdutyUrl,
      };
      return isComplete(target) ? { type, ...target } : undefined;
    }
    case "email": {
      const target = {
        smtp: fields.secret(
          "smtp",
          `write smtp://… or smtps://…, as \${SMTP_URL}`,
          /^smtps?:\/\/[^\s/]+(?:[/?]\S*)?$/i,
        ),
        from: fields.secret("from", "write the sender's address, as runless@example.com", mailbox),
        to: fields.secrets("to", "write an address or a list of them, as [data@example.com]", mailbox),
      };
      return isComplete(target) ? { type, ...target } : undefined;
    }
    case "apprise":
      return readApprise(fields, url);
    case "dagster":
      return readDagster(fields, url("https://dagster.example.com"));
  }
}

function readApprise(fields: FieldReader, url: (example: string) => string | undefined): DestinationTarget | undefined {
  const urls = fields.has("urls")
    ? fields.secrets("urls", `write Apprise's URLs, as [\${TEAMS_URL}]`, /^[a-z][\w+.-]*:\/\/\S+$/i)
    : [];
  const target = { url: url("https://apprise.example.com/notify/KEY"), urls };
  const tag = fields.text("tag", "write a tag of Apprise's configuration, as data") ?? null;
  return isComplete(target) ? { type: "apprise", ...target, tag } : undefined;
}

function readDagster(fields: FieldReader, url: string | undefined): DestinationTarget | undefined {
  const headers = fields.secretMap(
    "headers",
    `write names and values, as { Authorization: "Basic \${B64}" }`,
    headerName,
    headerValue,
  );
  const target = { url, headers };
  const token = fields.optionalSecret("token", `write the token, as \${DAGSTER_TOKEN}`, word) ?? null;
  const lanes = fields.raw("lanes") ?? 1;
  if (typeof lanes !== "number" || !Number.isInteger(lanes) || lanes < 1 || lanes > mostLanes) {
    return fields.refuse(`write a whole number from 1 to ${mostLanes}`, "lanes");
  }
  return isComplete(target) ? { type: "dagster", ...target, token, lanes } : undefined;
}

function readUrl(fields: FieldReader, example: string, isPrivate: boolean): string | undefined {
  const url = fields.secret("url", `write a URL that begins with https://, as ${example}`, httpUrl);
  if (url === undefined || isPrivate || /^https:/i.test(url)) return url;
  return fields.refuse(
    "write https://, or allow_private: true beside it if this is an address of your own network",
    "url",
  );
}

function readWebhookSecrets(fields: FieldReader): readonly string[] | undefined {
  const expected = `write 24 to 64 bytes in base64, such as \`openssl rand -base64 32\` prints, as \${HOOK_SECRET}`;
  return fields.secrets("secret", expected, { test: isWebhookSecret });
}

/** Whether a secret is what Standard Webhooks says: 24 to 64 bytes in base64, with or without `whsec_`. */
export function isWebhookSecret(text: string): boolean {
  const base64 = text.replace(/^whsec_/, "");
  const digits = base64.replace(/=+$/, "").length;
  const bytes = Math.floor((digits * 3) / 4);
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64) && bytes >= 24 && bytes <= 64;
}

type Complete<Target> = { readonly [Name in keyof Target]: Exclude<Target[Name], undefined> };

function isComplete<Target extends object>(target: Target): target is Target & Complete<Target> {
  return Object.values(target).every((value) => value !== undefined);
}
