"""The Certificates that cert-manager keeps in `platform`, one of which it cannot have issued."""

from __future__ import annotations

from typing import NamedTuple

from containerscope.demo.kube_status import Body
from containerscope.demo.kube_store import KubeStore, stamp

CERTIFICATES = ("cert-manager.io", "certificates")
_DAY = 86400.0
_LIFETIME, _RENEWED_BEFORE = 90 * _DAY, 30 * _DAY


class Wanted(NamedTuple):
    """A certificate of a host."""

    namespace: str
    host: str
    issued: float = 0.0
    """How many seconds ago; 0 for never."""
    issuer: str = "letsencrypt"


WANTED = (
    Wanted("shop", "shop.example.com", 12 * _DAY),
    Wanted("shop", "cart.example.com", 47 * _DAY),
    Wanted("shop", "checkout.example.com", issuer="letsencrypt-staging"),
    Wanted("reports", "reports.example.com", 3 * _DAY),
)


def put_certificates(store: KubeStore, now: float, wanted: tuple[Wanted, ...] = WANTED) -> None:
    """The certificates as they stand now."""
    for each in wanted:
        secret = each.host.replace(".", "-") + "-tls"
        spec: Body = {
            "dnsNames": [each.host],
            "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": each.issuer},
            "secretName": secret,
            "usages": ["digital signature", "key encipherment"],
        }
        meta: Body = {"name": secret, "namespace": each.namespace}
        if each.issued:
            meta["creationTimestamp"] = stamp(now - each.issued)
        store.put(CERTIFICATES, {"metadata": meta, "spec": spec, "status": _status(each, now)})


def _status(wanted: Wanted, now: float) -> Body:
    since = now - wanted.issued
    ready: Body = {"type": "Ready", "lastTransitionTime": stamp(since), "observedGeneration": 1}
    if wanted.issued:
        ready |= {
            "status": "True",
            "reason": "Ready",
            "message": "Certificate is up to date and has not expired",
        }
        return {
            "conditions": [ready],
            "notBefore": stamp(since),
            "notAfter": stamp(since + _LIFETIME),
            "renewalTime": stamp(since + _LIFETIME - _RENEWED_BEFORE),
            "revision": 1,
        }
    ready |= {
        "status": "False",
        "reason": "DoesNotExist",
        "message": "Issuing certificate as Secret does not exist",
    }
    return {"conditions": [ready]}
