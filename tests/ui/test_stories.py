"""Each story of the demo account is seen in its tab."""

from __future__ import annotations

import pytest
from screenshots.stories import STORIES, Story

from containerscope.demo import scenarios
from containerscope.demo.clock import StillClock
from containerscope.demo.world import World
from tests.ui.conftest import Start
from tests.waiting import wait_for_text


def test_every_story_has_a_place_where_it_is_seen() -> None:
    assert [story.name for story in STORIES] == list(scenarios.SCENARIOS)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_story_is_seen_in_its_tab(
    start: Start, world: World, still_clock: StillClock, story: Story
) -> None:
    story.tell(world, still_clock)
    async with start(*story.size, cluster=story.cluster) as pilot:
        await wait_for_text(pilot, "complete")
        await pilot.press(*story.keys)
        await wait_for_text(pilot, *story.words)
