"""A real SMTP server for the tests: keeps what it gets as JSON, and misbehaves when the file `mode` tells it to.

Prints its port on a line of its own, then serves until it is killed. Modes: `accept`, `later` (451 after the
message), `never` (550 after the message), `no-mailbox` (550 to RCPT), `no-sender` (553 to MAIL), `hang` (no answer
after the message).
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def mode(self):
        try:
            return (self.folder / "mode").read_text().strip()
        except FileNotFoundError:
            return "accept"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode() == "no-sender":
            return "553 5.1.8 this sender is not allowed here"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode() == "no-mailbox":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mode = self.mode()
        (self.folder / "attempts").open("a").write(f"{mode}\n")
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode == "later":
            return "451 4.3.0 try again later"
        if mode == "never":
            link = next((word for word in envelope.content.decode().split() if "token" in word), "")
            return f"550 5.7.1 refused because of https://blocked.example/?{link[:60]}"
        self.keep(server, session, envelope)
        return "250 OK"

    def keep(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in message.items()],
            "type": message.get_content_type(),
            "plain": parts.get("text/plain"),
            "html": parts.get("text/html"),
            "is_encrypted": server.transport.get_extra_info("sslcontext") is not None,
            "is_signed_in": bool(session.authenticated),
        }
        self.count += 1
        path = self.folder / f"{self.count:04}.json"
        path.with_suffix(".tmp").write_text(json.dumps(kept))
        path.with_suffix(".tmp").rename(path)


async def serve(options):
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    attempts = options.folder / "sign-ins"

    def sign_in(server, session, envelope, mechanism, data):
        attempts.open("a").write(f"{mechanism} {'TLS' if session.ssl else 'clear'}\n")
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=":".join(given) == options.sign_in, handled=False)

    is_implicit = options.implicit and context is not None
    sink = Sink(options.folder)

    def connection():
        return SMTP(
            sink,
            hostname="sink.test",
            tls_context=None if is_implicit else context,
            require_starttls=context is not None and not is_implicit,
            authenticator=sign_in if options.sign_in else None,
            auth_required=bool(options.sign_in),
            auth_require_tls=context is not None and not is_implicit,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        connection, "127.0.0.1", options.port, ssl=context if is_implicit else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# what it warns of is what the tests ask for
logging.disable()

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--implicit", action="store_true")
parser.add_argument("--sign-in", help="USER:PASSWORD")
asyncio.run(serve(parser.parse_args()))
