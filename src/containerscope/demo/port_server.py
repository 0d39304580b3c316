"""What answers on the ports of the demo's containers."""

from __future__ import annotations

_METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE")


def served(data: bytes) -> bytes:
    """The answer of a small web server to a request; anything else comes back as it was sent."""
    method = data.partition(b" ")[0]
    if method not in _METHODS:
        return data
    body = b'{"status":"ok"}\n'
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    return head + (b"" if method == b"HEAD" else body)
