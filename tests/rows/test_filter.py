"""The filter language."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.model.listing import LOADING, Missing, Why
from containerscope.rows import View, build, filter_fields
from containerscope.rows.filter import FilterError, read_filter
from tests.rows.things import NOW, THINGS, item, listing

WEB = item(
    "web-1",
    status="ACTIVE",
    cpu=91.0,
    tasks=(3, 4),
    started=NOW - timedelta(minutes=30),
    memory=2048,
    size=5 * 1024**3,
    public=True,
    note="1.30 blue/green",
    tags={"env": "prod", "Team": "Shop"},
)
EDGE = item(
    "edge",
    status="PENDING",
    cpu=9.0,
    tasks=(8, 8),
    started=NOW - timedelta(days=3),
    memory=512,
    size=10,
    public=False,
    note="1.4 arn:aws:iam::1:role/x",
    tags={"env": "staging"},
)
BARE = item("bare", status="WARNING")
DENIED = item("denied", value=Missing(Why.DENIED, "not yours"))
LOADED = item("loading", value=LOADING)
ALL = (WEB, EDGE, BARE, DENIED, LOADED)


def found(source: str) -> set[str]:
    rows = build(listing(*ALL), THINGS, View(filter=source), NOW)
    assert rows.error == ""
    return {rows.item(key).name for key in rows.keys}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("WEB", {"web-1"}),
        ("e b", {"web-1", "bare"}),
        ("key:web", {"web-1"}),
        ("!e", set()),
        ("!web !edge", {"bare", "denied", "loading"}),
        ("!!web", {"web-1"}),
        ("web | edge", {"web-1", "edge"}),
        ("web|edge", {"web-1", "edge"}),
        ("status:act", {"web-1"}),
        ("status=act", set()),
        ("status=active", {"web-1"}),
        ("Status!=active !denied !loading", {"edge", "bare"}),
        ("status:denied", {"denied"}),
        ("cpu>80", {"web-1"}),
        ("cpu<=9%", {"edge"}),
        ("!cpu>80", {"edge"}),
        ("cpu!=9", {"web-1"}),
        ("cpu:loading", {"loading"}),
        ("age<1h", {"web-1"}),
        ("age>2d12h", {"edge"}),
        ("!age<1h", {"edge"}),
        ("mem>=1GiB", {"web-1"}),
        ("mem=512", {"edge"}),
        ("MEM>1GiB", {"web-1"}),
        ("memory=512", {"edge"}),
        ("size<1k", {"edge"}),
        ("size>4.5G", {"web-1"}),
        ("tasks<100%", {"web-1"}),
        ("tasks>5", {"edge"}),
        ("tasks=3/4", {"web-1"}),
        ("public:yes", {"web-1"}),
        ("public=false", {"edge"}),
        ("env=prod", {"web-1"}),
        ("env!=prod", {"edge", "bare"}),
        ("tag:env=prod", {"web-1"}),
        ("tag:env", {"web-1", "edge"}),
        ("team=shop", {"web-1"}),
        ('"blue/green"', {"web-1"}),
        ('note:"30 blue"', {"web-1"}),
        ('"30 blue', {"web-1"}),
        ('"status:act"', set()),
        ("note>1.5", {"web-1"}),
        ("/^(web|edge)/", {"web-1", "edge"}),
        ("/web-\\d$/", {"web-1"}),
        ("!/e/", set()),
        ("arn:aws:iam", {"edge"}),
        ("blue/green", {"web-1"}),
        ("health:starting", {"edge"}),
        ("cluster:c1 bare", {"bare"}),
        ("status:", {item.name for item in ALL}),
        ("|", {item.name for item in ALL}),
        ("!", {item.name for item in ALL}),
    ],
)
def test_a_filter_finds(source: str, names: set[str]) -> None:
    assert found(source) == names


@pytest.mark.parametrize(
    ("source", "position", "said"),
    [
        ("cpu>high", 0, "number"),
        ("web cpu>", 4, "number"),
        ("age<5", 0, "30s, 5m, 2h"),
        ("mem>much", 0, "512M"),
        ("public:maybe", 0, "yes or no"),
        ("stauts:active", 0, "did you mean status"),
        ("colour>1", 0, "there are name, health, status"),
        ("web /(/", 4, "regular expression"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_is_allowed(
    source: str, position: int, said: str
) -> None:
    with pytest.raises(FilterError) as caught:
        read_filter(source, THINGS, NOW)
    assert caught.value.position == position
    assert said in str(caught.value)
    rows = build(listing(*ALL), THINGS, View(filter=source), NOW)
    assert said in rows.error
    assert len(rows.keys) == len(ALL)


def test_a_last_value_is_filtered_like_any_other() -> None:
    throttled = item("t", value=Missing(Why.THROTTLED, "slow down", WEB.value))
    rows = build(listing(throttled), THINGS, View(filter="cpu>80 env=prod"), NOW)
    assert rows.keys == ("key:t",)


def test_what_all_arns_share_finds_nothing_but_a_pasted_arn_finds_its_row() -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service/shop/cart"
    service = msgspec.structs.replace(item("cart"), key=arn)
    for source, keys in (("eu-west", ()), ("service", ()), ("cart", (arn,)), (arn.upper(), (arn,))):
        assert build(listing(service), THINGS, View(filter=source), NOW).keys == keys


def test_all_fields_and_tags_complete() -> None:
    fields = filter_fields(THINGS)
    assert {"name", "health", "status", "cpu", "age", "cluster", "key", "tag"} <= set(fields)


TERMS = st.sampled_from(
    [
        "!",
        "|",
        '"',
        "/",
        ":",
        "=",
        ">",
        "<",
        "cpu",
        "age",
        "tag:",
        "tasks",
        "status",
        " ",
        "(",
        "\\",
    ]
)


@given(st.lists(st.one_of(TERMS, st.text(max_size=6)), max_size=12).map("".join))
def test_no_filter_crashes(source: str) -> None:
    rows = build(listing(*ALL), THINGS, View(filter=source), NOW)
    assert rows.error or set(rows.keys) <= {each.key for each in ALL}
