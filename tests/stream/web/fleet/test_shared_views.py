"""Views that all viewers share: reckoned once, new as soon as anything can have changed."""

import asyncio
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from stream.web.data.feed import Feed
from stream.web.fleet.query import FleetQuery
from stream.web.fleet.shared_views import SharedViews
from tests.stream.web.fleets import NOW, MemoryStore, many

ALL = FleetQuery()


def shared(outputs, **others):
    now = [NOW]
    feed = Feed(MemoryStore(outputs), {}, clock=lambda: now[0])
    return feed, SharedViews(feed, {}, clock=lambda: now[0], **others), now


def test_two_viewers_of_the_same_get_the_very_same_view_until_something_is_new():
    feed, views, now = shared(many())
    asyncio.run(feed.read())
    first = views.view("en", UTC, ALL)
    assert views.view("en", UTC, FleetQuery()) is first
    assert views.view("zh", UTC, ALL) is not first
    assert views.view("en", ZoneInfo("Asia/Shanghai"), ALL).updated == "Read at 17:00:00"
    assert views.view("en", UTC, FleetQuery(page=2)).rest != first.rest
    now[0] += timedelta(seconds=1)
    assert views.view("en", UTC, ALL) is first
    now[0] += timedelta(seconds=1)
    assert views.view("en", UTC, ALL) is not first
    asyncio.run(feed.read())
    assert views.view("en", UTC, ALL).updated == "Read at 09:00:02"


def test_what_is_read_is_shown_at_once_even_within_one_tick():
    feed, views, now = shared(many())
    assert views.view("en", UTC, ALL).headline == "Reading the store…"
    now[0] += timedelta(seconds=0.5)
    asyncio.run(feed.read())
    assert views.view("en", UTC, ALL).headline == "3 of 200 machines need someone"
    assert not any(row.old for row in views.view("en", UTC, ALL).rest)
