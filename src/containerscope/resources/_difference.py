"""Two revisions of a task definition beside each other."""

from __future__ import annotations

from containerscope.block import DiffBlock
from containerscope.insight.taskdef_diff import changes, revision_of
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.resource import TableBlock


def difference(old: TaskDefinition, new: TaskDefinition) -> DiffBlock:
    """What differs between two revisions."""
    names = revision_of(old).name, revision_of(new).name
    return DiffBlock(
        f"From {names[0]} to {names[1]}", *names, changes(old, new), empty="They are the same."
    )


def about(*definitions: TaskDefinition) -> TableBlock:
    """Who registered each revision, and when."""
    found = [revision_of(each) for each in definitions]
    rows = tuple((each.name, each.registered_by or None, each.registered_at) for each in found)
    return TableBlock("Registered", ("REVISION", "BY", "AGE"), rows)
