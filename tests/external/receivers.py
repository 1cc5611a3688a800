"""Real receivers: a server of mail (aiosmtpd), and an HTTP server that verifies webhooks (standardwebhooks) and passes on
what an Apprise API server would (apprise: the API server itself is no package of PyPI). A line of JSON for each message."""

import email
import email.policy
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise
from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

secret, smtp_port = sys.argv[1], int(sys.argv[2])


def say(**message):
    print(json.dumps(message), flush=True)


class Mailbox:
    async def handle_DATA(self, _server, _session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        say(kind="mail", to=envelope.rcpt_tos, subject=mail["subject"], id=mail["message-id"], text=text, html=html)
        return "250 taken"


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/hook":
            Webhook(secret).verify(body, dict(self.headers))
            say(kind="webhook", id=self.headers["webhook-id"], body=json.loads(body))
        elif self.path == "/notify":
            asked = json.loads(body)
            sender = apprise.Apprise()
            for url in asked["urls"].split(",") if isinstance(asked["urls"], str) else asked["urls"]:
                assert sender.add(url)
            if not sender.notify(
                body=asked["body"],
                title=asked.get("title", ""),
                notify_type=asked.get("type", "info"),
                body_format=asked.get("format"),
            ):
                return self.answer(424)
        else:
            say(kind="apprise", body=json.loads(body))
        self.answer(200)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


mail = Controller(Mailbox(), hostname="127.0.0.1", port=smtp_port)
mail.start()
web = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
say(kind="listening", http=web.server_port)
web.serve_forever()
