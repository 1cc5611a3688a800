import { isIP } from "node:net";
import type { Answer } from "../../../core/destinations/delivery.ts";
import type { DestinationTarget } from "../../../core/destinations/destination.ts";
import { percentDecode } from "../../../core/percent-decode.ts";
import type { EmailContent } from "../formats/email.ts";
import { type HostRules, judgeHost, systemResolve } from "../judge-host.ts";

type EmailTarget = Extract<DestinationTarget, { readonly type: "email" }>;

export interface Mail {
  readonly target: EmailTarget;
  readonly content: EmailContent;
  /** The same at every attempt: programs for mail show a message once. */
  readonly id: string;
  readonly allowPrivate: boolean;
}

/** Sends one message. It never rejects, and its reasons name the host alone. */
export type MailSend = (mail: Mail) => Promise<Answer>;

const timeout = 15_000;

/** Makes the function that sends e-mail, by SMTP, to addresses that are judged as those of requests are. */
export function createMailer({
  resolve = systemResolve,
  ownPort = () => undefined,
}: Partial<HostRules> = {}): MailSend {
  return async ({ target, content, id, allowPrivate }) => {
    if (!URL.canParse(target.smtp))
      return { type: "forbidden", reason: "Its URL can't be read: write smtp://, and a host." };
    const smtp = new URL(target.smtp);
    const isTls = smtp.protocol === "smtps:";
    const port = Number(smtp.port || (isTls ? 465 : 587));
    // The rules are those of https: mail goes to other machines, and its server asks for STARTTLS.
    const judged = await judgeHost(new URL(`https://${smtp.hostname}:${port}/`), allowPrivate, { resolve, ownPort });
    if (judged.type !== "judged") return judged;
    const [first] = judged.addresses;
    const { createTransport } = await import("nodemailer"); // few send mail, and it takes long to load
    const transport = createTransport({
      host: first?.address ?? "",
      port,
      secure: isTls,
      // A password is never sent in the clear, but to an address of the operator's own network.
      requireTLS: !isTls && !allowPrivate,
      ...(smtp.username !== "" && {
        auth: { user: percentDecode(smtp.username), pass: percentDecode(smtp.password) },
      }),
      // The address that was judged is connected to; the certificate must be for the name. An address is no server name.
      ...(isIP(smtp.hostname.replace(/^\[|\]$/g, "")) === 0 && { tls: { servername: smtp.hostname } }),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const messageId = `<${id}@runless>`;
      await transport.sendMail({ from: target.from, to: [...target.to], messageId, ...content });
      return { type: "answered", status: 250, retryAfter: null, text: "" };
    } catch (error) {
      return answerOf(error, `${smtp.hostname}:${port}`);
    } finally {
      transport.close();
    }
  };
}

/** What an error of nodemailer means. Its text may quote what was sent, so only codes are told. */
function answerOf(error: unknown, host: string): Answer {
  const { code = "", responseCode } = (error instanceof Error ? error : {}) as { code?: string; responseCode?: number };
  if (code === "EAUTH")
    return { type: "answered", status: 401, retryAfter: null, text: "the server refused the password" };
  if (responseCode !== undefined) {
    // Too large, or taken for spam: another message may get through.
    const status = responseCode === 552 || responseCode === 554 ? 422 : responseCode;
    return { type: "answered", status, retryAfter: null, text: `SMTP ${responseCode}` };
  }
  const known = /^[A-Z][A-Z\d_]*$/.test(code) ? code : "no code";
  if (["EDNS", "ECONNECTION", "ECONNREFUSED", "ETLS", "ESOCKET"].includes(known)) {
    return { type: "unreachable", reason: `${host} can't be reached by SMTP (${known}).` };
  }
  return { type: "lost", reason: `${host} gave no answer by SMTP (${known}).` };
}
