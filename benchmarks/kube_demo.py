"""How fast the demo's Kubernetes API is made and answers, so that it is never what is measured."""

from __future__ import annotations

import time

from benchmarks.report import Row
from containerscope.demo.account import demo_world
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.kube_lists import list_page
from containerscope.demo.kube_store import Collection
from containerscope.demo.kube_table import Form, Writer
from containerscope.demo.kube_types import BUILT_IN
from containerscope.model.clock import SystemClock

NAME = "kube-demo"
_PODS = 5_000
_MADE = 4.0
_PAGE = 0.005
_KIND = next(each for each in BUILT_IN if each.storage == ("", "pods"))


def run() -> list[Row]:
    """The rows for `make bench`."""
    fleet = demo_world(SystemClock()).kube
    assert isinstance(fleet, Fleet)
    fleet.pods["platform"] = _PODS
    began = time.process_time()
    cluster = fleet["platform"]
    made = time.process_time() - began
    store, writer = cluster.store, Writer(_KIND, Form(), cluster.life.now, None)
    pods = store.collection(_KIND.storage)
    size = sum(len(each.raw) for each in pods.entries.values()) / len(pods.entries)
    page = min(_page(writer, cluster.store.version, pods) for _ in range(20))
    return [
        Row(f"{_PODS:,} pods of {size / 1000:.1f} kB made, CPU", f"{made:.2f} s", f"{_MADE} s",
            made <= _MADE),
        Row("a page of 500 pods, CPU", f"{page * 1000:.1f} ms", f"{_PAGE * 1000:.0f} ms",
            page <= _PAGE),
    ]  # fmt: skip


def _page(writer: Writer, version: int, pods: Collection) -> float:
    began = time.process_time()
    found = list_page(pods, version, "", {"limit": "500"}, None)
    writer.list_body(found.entries, found.meta)
    return time.process_time() - began
