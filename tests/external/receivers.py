"""Receivers that are not ours, for what a server of runless sends. Each line that it prints is JSON.

receivers.py CERTIFICATE KEY SECRET... The first line has the ports.

POST /hook/NAME   verified by the package standardwebhooks, with each secret
POST /notify      Apprise: the API server (caronc/apprise-api) is not on PyPI, so this is the least that answers as its
                  view for notifications without a key does, over the package apprise
POST /told/NAME   what Apprise's json:// sends on
SMTP              aiosmtpd with STARTTLS, without which it takes no password, and no mail without one; read by the package email
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise
from aiosmtpd.smtp import SMTP, AuthResult
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

CERTIFICATE, KEY, *SECRETS = sys.argv[1:]
print_lock = threading.Lock()


def tell(**what):
    with print_lock:
        print(json.dumps(what), flush=True)


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


def notify(request):
    """The status that apprise-api answers, and what it says."""
    if not request.get("body") or request.get("type", "info") not in apprise.NOTIFY_TYPES:
        return 400, "Payload lacks minimum requirements"
    if request.get("format", "text") not in apprise.NOTIFY_FORMATS:
        return 400, "An invalid body input format was specified"
    services = apprise.Apprise(asset=apprise.AppriseAsset(body_format=request.get("format")))
    services.add(request.get("urls"))
    if len(services) == 0:
        return 204, "There was no valid URLs provided to notify"
    is_sent = services.notify(
        request["body"],
        title=request.get("title", ""),
        notify_type=request.get("type", "info"),
        tag=request.get("tag") or "all",
    )
    return (200, "") if is_sent else (424, "One or more notifications could not be sent")


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        _, kind, *name = self.path.split("/")
        if kind == "hook":
            headers = {key.lower(): value for key, value in self.headers.items()}
            verified = [verifies(secret, body, headers) for secret in SECRETS]
            tell(to=f"hook/{name[0]}", verified=verified, id=headers["webhook-id"], body=json.loads(body))
            return self.answer(204)
        if kind == "notify":
            return self.answer(*notify(json.loads(body)))
        tell(to=f"told/{name[0]}", **json.loads(body))
        return self.answer(200)

    def answer(self, status, text=""):
        self.send_response(status)
        # A 204 has no body, which Django leaves to its server too.
        sent = b"" if status == 204 else json.dumps({"error": text or None}).encode()
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


class Mailbox:
    async def handle_DATA(self, _server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
        tell(
            to="mail",
            subject=mail["subject"],
            header={name: mail[name].strip() for name in ("from", "to", "message-id")},
            text=text.get_content().replace("\r\n", "\n"),
            html=html.get_content(),
            defects=[str(defect) for part in mail.walk() for defect in part.defects],
            envelope=[envelope.mail_from, *envelope.rcpt_tos],
            is_encrypted=session.ssl is not None,
            user=session.auth_data,
        )
        return "250 OK"


def authenticate(_server, _session, _envelope, _mechanism, login):
    is_right = (login.login, login.password) == (b"runless", b"p@ss/word")
    return AuthResult(success=is_right, handled=False, auth_data=login.login.decode())


async def main():
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # connections that a test means to fail
    http = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE, KEY)
    smtp = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            Mailbox(),
            hostname="localhost",
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            authenticator=authenticate,
            loop=asyncio.get_running_loop(),
        ),
        "127.0.0.1",
        0,
    )
    tell(http=http.server_port, smtp=smtp.sockets[0].getsockname()[1])
    await smtp.serve_forever()


asyncio.run(main())
