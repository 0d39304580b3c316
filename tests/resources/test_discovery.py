"""What the command line, the palette and the help know of resources comes from looking."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from containerscope.resource import Platform, Scope
from containerscope.resources import all_resources, find


def test_every_name_and_alias_means_one_resource() -> None:
    words = Counter(
        word for resource in all_resources().values() for word in (resource.name, *resource.aliases)
    )
    assert [word for word, count in words.items() if count > 1] == []


def test_a_noun_is_never_the_name_of_another_resource() -> None:
    for resource in all_resources().values():
        found = find(resource.noun)
        assert found is not None
        assert found.noun == resource.noun


def test_children_are_resources_that_exist() -> None:
    known = all_resources()
    lost = [
        f"{resource.name} -> {child.resource}"
        for resource in known.values()
        for child in resource.children
        if child.resource not in known
    ]
    assert lost == []


def test_fields_of_a_resource_are_unique_and_its_sort_is_one_of_them() -> None:
    for resource in all_resources().values():
        names = [column.field for column in resource.columns]
        assert len(names) == len(set(names)), resource.name
        if resource.sort:
            assert resource.sort.removeprefix("-") in names, resource.name


def test_what_a_resource_needs_is_a_field_of_the_scope() -> None:
    known = {field.name for field in fields(Scope)}
    for resource in all_resources().values():
        assert set(resource.needs) <= known, resource.name


def test_every_resource_names_the_permissions_that_list_it() -> None:
    for resource in all_resources().values():
        if resource.platform is not Platform.LOCAL:
            assert resource.permissions, resource.name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("clusters", "clusters"),
        ("CLUSTER", "clusters"),
        ("ng", "nodegroups"),
        ("node group", "nodegroups"),
        ("fp", "fargate-profiles"),
        (" td ", "taskdefs"),
        ("task definition", "taskdefs"),
        ("add-on", "addons"),
    ],
)
def test_a_resource_is_found_by_name_alias_and_noun(word: str, name: str) -> None:
    found = find(word)
    assert found is not None
    assert found.name == name


def test_an_unknown_word_finds_nothing() -> None:
    assert find("pizza") is None
