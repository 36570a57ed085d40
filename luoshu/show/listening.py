"""The address that the server listens on: taken, or said in one sentence why it cannot be."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luoshu.words.message import say

MOST_PORT = 65_535
BACKLOG = 128


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address; OSError with a sentence where another program has it or it is not ours."""
    if not 0 <= port <= MOST_PORT:
        raise OSError(say("{port} is not a port; name one from 1 to {most}", port=str(port), most=str(MOST_PORT)))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except OSError:
        raise OSError(say("the address {host} is not known here", host=host)) from None
    try:
        if os.name != "nt":
            # a port that was just closed may be taken again; on Windows this would let two programs share one
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            says = say("port {port} is in use by another program; name another with --port", port=str(port))
        elif error.errno == errno.EACCES:
            says = say("port {port} is not open to this user; name one above 1023 with --port", port=str(port))
        else:
            reason = error.strerror or ""
            says = say("{host}, port {port}, cannot be listened on: {reason}", host=host, port=str(port), reason=reason)
        raise OSError(says) from None
    return made


@contextmanager
def closing_on_error(listening: socket.socket) -> Iterator[None]:
    """Let go of the address where what stands in the block fails."""
    try:
        yield
    except BaseException:
        listening.close()
        raise


def check_certificate(certificate: Path, key: Path | None) -> None:
    """OSError with a sentence where https could not be spoken with this certificate and key."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", "") or error)
        says = say("the certificate {file} and its key cannot be used: {reason}", file=str(certificate), reason=reason)
        raise OSError(says) from None
