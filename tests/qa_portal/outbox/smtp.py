"""A mail server of our own, small enough to fail in every way on demand."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Behaviour:
    """What the server does: `answers` gives the reply to RCPT or DATA for some receivers, `cut` drops them.

    `cut` holds receivers whose connection ends without a reply: at "RCPT", or at "DATA" after the whole
    mail has arrived, which the sender cannot tell from a mail that was lost.
    """

    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    cut: dict[str, str] = field(default_factory=dict)
    greeting: str = "220 test ESMTP"
    taken: list[tuple[str, str]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def receivers(self) -> list[str]:
        return [receiver for receiver, _text in self.taken]


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        behaviour: Behaviour = self.server.behaviour
        behaviour.connections += 1
        self._say(behaviour.greeting)
        receiver = ""
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "RCPT":
                receiver = command.split("<")[1].split(">")[0]
                if behaviour.cut.get(receiver) == "RCPT":
                    return
                self._say(behaviour.rcpt.get(receiver, "250 ok"))
            elif verb == "DATA":
                self._say("354 go on")
                text = self._read_mail()
                if behaviour.cut.get(receiver) == "DATA":
                    behaviour.taken.append((receiver, text))
                    return
                answer = behaviour.data.get(receiver, "250 taken")
                if answer.startswith("2"):
                    behaviour.taken.append((receiver, text))
                self._say(answer)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _read_mail(self) -> str:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        return "".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    behaviour: Behaviour


@contextmanager
def mail_server(port: int = 0) -> Iterator[Behaviour]:
    """A server on a free port of this machine; afterwards nobody listens there."""
    with _Server(("127.0.0.1", port), _Session) as server:
        server.behaviour = Behaviour(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.behaviour
        finally:
            server.shutdown()
            thread.join()
