"""EBS volumes: what they cost to list, how they do, and what of Kubernetes they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from containerscope.insight.ebs import ebs_verdict, live_words, stuck, used_for
from containerscope.model.ebs import EbsVolume, VolumeRow
from containerscope.model.health import Level
from containerscope.resources import _volumes
from containerscope.resources.volumes import RESOURCE
from tests.fakes import NOW, denied
from tests.resources.around import REGION, Account, cells, fixed, found, listed, pane, texts_of

VOLUMES, STATUS = "ec2:DescribeVolumes", "ec2:DescribeVolumeStatus"


def attached(state: str = "attached", device: str = "/dev/xvdba", **more: Any) -> dict[str, Any]:
    return {"InstanceId": "i-1", "Device": device, "State": state, **more}


def volume(name: str = "vol-1", **more: Any) -> dict[str, Any]:
    return {"VolumeId": name, "State": "in-use", "VolumeType": "gp3", "Size": 20, **more}


def row(**more: Any) -> VolumeRow:
    made = msgspec.convert(volume(**more), EbsVolume)
    return VolumeRow(made, stuck=stuck(made, NOW))


def account(*volumes: dict[str, Any]) -> Account:
    def answer(params: Any) -> Any:
        assert not ("VolumeIds" in params and "MaxResults" in params)
        for each in params.get("Filters", ()):
            assert each["Name"] == "volume-id"
            assert len(each["Values"]) <= 200
            return {"Volumes": [one for one in volumes if one["VolumeId"] in each["Values"]]}
        at = int(params.get("NextToken", 0))
        more = {"NextToken": str(at + 500)} if at + 500 < len(volumes) else {}
        return {"Volumes": list(volumes[at : at + params["MaxResults"]]), **more}

    return Account({VOLUMES: answer, STATUS: fixed(VolumeStatuses=[])})


async def test_all_volumes_are_read_five_hundred_a_call() -> None:
    clients = account(*(volume(f"vol-{number:04}") for number in range(1001)))
    listing = await listed(RESOURCE, clients)
    assert len(listing.items) == 1001
    assert listing.complete
    assert [name for name, _ in clients.calls] == [VOLUMES] * 3


async def test_volumes_of_ids_are_read_two_hundred_a_call_and_a_lost_one_is_told() -> None:
    names = [f"vol-{number:04}" for number in range(401)]
    clients = account(*(volume(name) for name in names[1:]))
    rows = await _volumes.volumes_of(clients, [*names, *names])
    assert [name for name, _ in clients.calls] == [VOLUMES] * 3
    assert [name for name, each in rows.items() if each.gone] == ["vol-0000"]
    assert ebs_verdict(rows["vol-0000"]).words == "there is no such volume"
    [item] = (await listed(RESOURCE, clients, REGION.within(parent="vol-0000"))).items
    assert found(item).gone


@pytest.mark.parametrize(
    ("more", "level", "words"),
    [
        ({"Attachments": [attached()]}, Level.FINE, ""),
        ({"State": "available"}, Level.NONE, "not attached"),
        ({"State": "creating"}, Level.PROGRESS, "creating"),
        ({"State": "error"}, Level.FAILED, "error"),
        ({"Attachments": [attached("busy")]}, Level.WARNING, "busy: does not detach"),
        ({"Attachments": [attached("detaching")]}, Level.PROGRESS, "detaching"),
        (
            {"Attachments": [attached("attaching", AttachTime=NOW - timedelta(seconds=20))]},
            Level.PROGRESS,
            "attaching",
        ),
        (
            {"Attachments": [attached("attaching", AttachTime=NOW - timedelta(minutes=6))]},
            Level.FAILED,
            "stuck attaching",
        ),
    ],
)
def test_a_volume_is_judged_by_its_state_and_its_attachment(
    more: dict[str, Any], level: Level, words: str
) -> None:
    verdict = ebs_verdict(row(**more))
    assert (verdict.level, verdict.words) == (level, words)


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def test_a_volume_tells_what_it_is_for() -> None:
    created = {
        "kubernetes.io/cluster/shop": "owned",
        "kubernetes.io/created-for/pvc/name": "data-0",
        "kubernetes.io/created-for/pvc/namespace": "web",
    }
    assert used_for(row(Tags=tags(**created)).volume) == "web/data-0 in shop"
    assert used_for(row(Attachments=[attached(device="/dev/xvda")]).volume) == "root of i-1"
    of_task = attached(AssociatedResource="arn:aws:ecs:eu-west-1:1:task/shop/0a1b")
    assert used_for(row(Attachments=[of_task]).volume) == "task 0a1b"
    assert used_for(row(Tags=tags(AmazonECSCreated="true")).volume) == "a task of ECS"
    assert used_for(row().volume) is None
    assert live_words(row(AvailabilityZone="eu-west-1a")) == "in-use gp3 20 GiB eu-west-1a"


async def test_the_status_checks_of_one_volume_are_read_where_it_is_looked_at() -> None:
    clients = account(volume(Tags=tags(Name="data")))
    [item] = (await listed(RESOURCE, clients)).items
    assert item.name == "data"
    assert cells(RESOURCE, item, "id", "size") == ("vol-1", 20 * 2**30)
    assert STATUS not in dict(clients.calls)
    bad = {
        "VolumeId": "vol-1",
        "VolumeStatus": {
            "Status": "impaired",
            "Details": [{"Name": "io-enabled", "Status": "failed"}],
        },
        "Events": [{"EventType": "potential-data-inconsistency", "Description": "I/O is off"}],
        "Actions": [{"Code": "enable-volume-io", "Description": "Enable volume I/O"}],
    }
    clients.answers[STATUS] = fixed(VolumeStatuses=[bad])
    told = "\n".join(texts_of(await pane(RESOURCE, clients, item)))
    assert "impaired" in told
    assert "I/O is off" in told
    assert "Enable volume I/O" in told


async def test_a_pane_stands_where_the_status_may_not_be_read() -> None:
    clients = account(volume())
    [item] = (await listed(RESOURCE, clients)).items
    clients.refuse[STATUS] = lambda params: denied(STATUS)
    assert STATUS in texts_of(await pane(RESOURCE, clients, item))[-1]
