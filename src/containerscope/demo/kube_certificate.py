"""A certificate authority of the moment and a certificate for this machine, for HTTPS.

Elliptic-curve keys on P-256 (FIPS 186-4), certificates after RFC 5280. The keys protect nothing
but a server of made-up data on the loopback address, and live as long as the process.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

_P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_A = _P - 3
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_Point = tuple[int, int]

_ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_EC_KEY = bytes.fromhex("06072a8648ce3d0201")
_P256 = bytes.fromhex("06082a8648ce3d030107")
_COMMON_NAME = bytes.fromhex("0603550403")
_SERVER = bytes.fromhex("06082b06010505070301")
_CLIENT = bytes.fromhex("06082b06010505070302")
"""The uses of its key: as kubelets do, it may sign in with it too."""
_YEARS = timedelta(days=3650)


def _add(one: _Point | None, two: _Point | None) -> _Point | None:
    if one is None or two is None:
        return two if one is None else one
    (x1, y1), (x2, y2) = one, two
    if x1 == x2:
        if (y1 + y2) % _P == 0:
            return None
        slope = (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P) % _P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, _P) % _P
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(scalar: int) -> _Point:
    """A multiple of the curve's base point."""
    found: _Point | None = None
    step: _Point | None = _G
    while scalar:
        if scalar & 1:
            found = _add(found, step)
        step = _add(step, step)
        scalar >>= 1
    assert found is not None
    return found


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _integer(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(data: bytes, unused: int = 0) -> bytes:
    return _der(3, bytes((unused,)), data)


def _name(text: str) -> bytes:
    return _der(0x30, _der(0x31, _der(0x30, _COMMON_NAME, _der(0x0C, text.encode()))))


def _time(when: datetime) -> bytes:
    return _der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = b"\x01\x01\xff" if critical else b""
    return _der(0x30, bytes.fromhex(oid), flag, _der(4, value))


@dataclass(frozen=True)
class _Key:
    secret: int
    public: bytes
    """The point, uncompressed."""

    @classmethod
    def make(cls) -> _Key:
        secret = secrets.randbelow(_N - 1) + 1
        x, y = _times(secret)
        return cls(secret, b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    @property
    def identifier(self) -> bytes:
        return hashlib.sha1(self.public, usedforsecurity=False).digest()

    def sign(self, data: bytes) -> bytes:
        digest = int.from_bytes(hashlib.sha256(data).digest(), "big")
        while True:
            nonce = secrets.randbelow(_N - 1) + 1
            r = _times(nonce)[0] % _N
            s = pow(nonce, -1, _N) * (digest + r * self.secret) % _N
            if r and s:
                return _der(0x30, _integer(r), _integer(s))

    def info(self) -> bytes:
        return _der(0x30, _der(0x30, _EC_KEY, _P256), _bits(self.public))

    def pem(self) -> str:
        public = _der(0xA1, _bits(self.public))
        curve = _der(0xA0, _P256)
        body = _der(0x30, _integer(1), _der(4, self.secret.to_bytes(32, "big")), curve, public)
        return _pem("EC PRIVATE KEY", body)


def _pem(kind: str, body: bytes) -> str:
    text = base64.encodebytes(body).decode()
    return f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n"


def _certificate(subject: str, key: _Key, issuer: str, signer: _Key, *extensions: bytes) -> bytes:
    now = datetime.now(UTC)
    algorithm = _der(0x30, _ECDSA_SHA256)
    body = _der(
        0x30,
        _der(0xA0, _integer(2)),
        _integer(secrets.randbits(120) | 1),
        algorithm,
        _name(issuer),
        _der(0x30, _time(now - timedelta(days=1)), _time(now + _YEARS)),
        _name(subject),
        key.info(),
        _der(0xA3, _der(0x30, *extensions)),
    )
    return _der(0x30, body, algorithm, _bits(signer.sign(body)))


@dataclass(frozen=True)
class Identity:
    """What a server needs to speak HTTPS, and what its clients need to believe it."""

    authority: str
    """The certificate of the authority in PEM."""
    certificate: str
    key: str

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.touch(mode=0o600)
            file.write_text(self.key + self.certificate, encoding="ascii")
            context.load_cert_chain(file)
        return context


@cache
def identity() -> Identity:
    """The identity of this process on the loopback addresses."""
    root, leaf = _Key.make(), _Key.make()
    own = _extension("0603551d0e", _der(4, root.identifier))
    usage = _extension("0603551d0f", _bits(b"\x06", 1), critical=True)
    is_authority = _extension("0603551d13", _der(0x30, b"\x01\x01\xff"), critical=True)
    authority = _certificate("kubernetes", root, "kubernetes", root, is_authority, usage, own)
    names = [_der(0x82, b"localhost")]
    names += [_der(0x87, ipaddress.ip_address(each).packed) for each in ("127.0.0.1", "::1")]
    certificate = _certificate(
        "kube-apiserver",
        leaf,
        "kubernetes",
        root,
        _extension("0603551d13", _der(0x30), critical=True),
        _extension("0603551d0f", _bits(b"\x80", 7), critical=True),
        _extension("0603551d25", _der(0x30, _SERVER, _CLIENT)),
        _extension("0603551d23", _der(0x30, _der(0x80, root.identifier))),
        _extension("0603551d0e", _der(4, leaf.identifier)),
        _extension("0603551d11", _der(0x30, *names)),
    )
    return Identity(_pem("CERTIFICATE", authority), _pem("CERTIFICATE", certificate), leaf.pem())
