"""The cache of newest listings."""

from __future__ import annotations

from containerscope.poller.latest import Latest
from containerscope.resource import Scope
from tests.poller.scene import done, thing


def test_the_least_recently_used_goes_when_there_are_too_many_items() -> None:
    latest = Latest(most_items=10)
    places = [("things", Scope(cluster=name)) for name in "abc"]
    listing = done(*(thing(str(number)) for number in range(3)))
    for place in places[:2]:
        latest.put(place, listing)
    assert latest.get(places[0]) is listing
    latest.put(places[2], listing)
    assert latest.get(places[1]) is None
    assert latest.get(places[0]) is listing


def test_the_newest_listing_stays_however_large() -> None:
    latest = Latest(most_items=1)
    listing = done(thing("a"), thing("b"))
    latest.put(("things", Scope()), listing)
    assert latest.get(("things", Scope())) is listing


def test_scopes_and_resources_do_not_mix() -> None:
    latest = Latest()
    latest.put(("things", Scope(account="1")), done(thing("a")))
    assert latest.get(("things", Scope(account="2"))) is None
    assert latest.get(("others", Scope(account="1"))) is None
