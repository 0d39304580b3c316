"""Which versions fit, which are newer, and how far something is behind."""

from __future__ import annotations

import pytest

from containerscope.insight.eks_release import release_in, release_parameter, release_verdict
from containerscope.insight.eks_upgrade import (
    insights_verdict,
    is_newer,
    offer_of,
    offer_verdict,
    update_verdict,
)
from containerscope.insight.skew import skew, skew_verdict, skew_words
from containerscope.model.eks import Nodegroup
from containerscope.model.eks_upgrade import (
    AddonInfo,
    AddonVersion,
    Compatibility,
    Insight,
    InsightStatus,
    Update,
    UpdateError,
    UpdateOf,
)
from containerscope.model.health import Level

EKS = "/aws/service/eks/optimized-ami/1.33"
BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-1.33"


@pytest.mark.parametrize(
    ("ami_type", "parameter"),
    [
        ("AL2_x86_64", f"{EKS}/amazon-linux-2/recommended/release_version"),
        ("AL2_x86_64_GPU", f"{EKS}/amazon-linux-2-gpu/recommended/release_version"),
        ("AL2_ARM_64", f"{EKS}/amazon-linux-2-arm64/recommended/release_version"),
        (
            "AL2023_x86_64_STANDARD",
            f"{EKS}/amazon-linux-2023/x86_64/standard/recommended/release_version",
        ),
        (
            "AL2023_ARM_64_STANDARD",
            f"{EKS}/amazon-linux-2023/arm64/standard/recommended/release_version",
        ),
        (
            "AL2023_x86_64_NVIDIA",
            f"{EKS}/amazon-linux-2023/x86_64/nvidia/recommended/release_version",
        ),
        (
            "AL2023_x86_64_NEURON",
            f"{EKS}/amazon-linux-2023/x86_64/neuron/recommended/release_version",
        ),
        ("BOTTLEROCKET_x86_64", f"{BOTTLEROCKET}/x86_64/latest/image_version"),
        ("BOTTLEROCKET_ARM_64_NVIDIA", f"{BOTTLEROCKET}-nvidia/arm64/latest/image_version"),
        ("BOTTLEROCKET_x86_64_FIPS", f"{BOTTLEROCKET}-fips/x86_64/latest/image_version"),
        (
            "WINDOWS_CORE_2022_x86_64",
            "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.33",
        ),
        ("CUSTOM", ""),
        ("TOMORROWS_OS_x86_64", ""),
        (None, ""),
    ],
)
def test_every_ami_type_has_its_public_parameter(ami_type: str | None, parameter: str) -> None:
    assert release_parameter(Nodegroup(ami_type=ami_type, version="1.33")) == parameter


def test_a_version_that_is_none_leads_to_no_parameter() -> None:
    assert release_parameter(Nodegroup(ami_type="AL2_x86_64", version="../1.33")) == ""


@pytest.mark.parametrize(
    ("value", "release"),
    [
        ("1.33.5-20261103", "1.33.5-20261103"),
        ('{"release_version": "1.33-2026.11.10"}', "1.33-2026.11.10"),
        ("{broken", ""),
        ("[1]", "[1]"),
        ('{"image_id": "ami-1"}', ""),
    ],
)
def test_a_parameter_holds_a_release_or_json_about_it(value: str, release: str) -> None:
    assert release_in(value) == release


@pytest.mark.parametrize(
    ("own", "newest", "level"),
    [
        ("1.33.5-20261103", "1.33.5-20261103", Level.FINE),
        ("1.33.5-20260811", "1.33.5-20261103", Level.WARNING),
        ("1.33.4-20261103", "1.33.5-20261103", Level.WARNING),
        ("1.33.6-20261201", "1.33.5-20261103", Level.FINE),
        ("1.9.2-99999999", "1.49.0-5d29aa5e", Level.WARNING),
        ("1.49.0-0a1b2c3d", "1.49.0-5d29aa5e", Level.FINE),
        ("1.33.5-20261103", "", Level.NONE),
    ],
)
def test_an_older_release_is_a_warning(own: str, newest: str, level: Level) -> None:
    assert release_verdict(Nodegroup(release_version=own, version="1.33"), newest).level is level


@pytest.mark.parametrize(
    ("version", "plane", "behind", "words", "level"),
    [
        ("v1.33.5-eks-1", "1.33", 0, "v1.33.5-eks-1", Level.NONE),
        ("1.32", "v1.33.5-eks-1", 1, "1.32 ↓1", Level.PROGRESS),
        ("1.31", "1.33", 2, "1.31 ↓2", Level.WARNING),
        ("1.29", "1.33", 4, "1.29 ↓4", Level.FAILED),
        ("1.34", "1.33", -1, "1.34 ↑1", Level.FAILED),
        ("?", "1.33", None, "?", Level.NONE),
        (None, "1.33", None, None, Level.NONE),
        ("1.33", None, None, "1.33", Level.NONE),
    ],
)
def test_skew_is_marked_and_judged_by_the_policy(
    version: str | None, plane: str | None, behind: int | None, words: str | None, level: Level
) -> None:
    assert skew(version, plane) == behind
    assert skew_words(version, behind) == words
    assert skew_verdict(behind, "kubelet").level is level


def version(name: str, *clusters: str, default: bool = False) -> AddonVersion:
    fits = tuple(Compatibility(each, ("*",), default) for each in clusters)
    return AddonVersion(name, compatibilities=fits)


def test_only_versions_that_fit_the_cluster_are_offered_and_the_newest_leads() -> None:
    info = AddonInfo(
        addon_versions=(
            version("v1.9.0-eksbuild.2", "1.33"),
            version("v1.10.0-eksbuild.1", "1.33", default=True),
            version("v1.11.0-eksbuild.1", "1.34"),
        )
    )
    offer = offer_of([info], "1.33")
    assert (offer.newest, offer.default) == ("v1.10.0-eksbuild.1", "v1.10.0-eksbuild.1")
    assert offer_verdict(offer, "v1.10.0-eksbuild.1").level is Level.FINE
    assert offer_verdict(offer, "v1.9.0-eksbuild.2").level is Level.PROGRESS
    assert offer_verdict(offer, "v1.8.0-eksbuild.2").level is Level.WARNING
    assert offer_verdict(offer_of([], "1.33"), "v1.8.0-eksbuild.2").level is Level.NONE


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_newer("v1.20.0-eksbuild.10", "v1.20.0-eksbuild.9")
    assert not is_newer("v1.20.0-eksbuild.9", "v1.20.0-eksbuild.9")
    assert not is_newer("", "v1.20.0-eksbuild.9")


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (UpdateOf(nodegroup_name="a"), "nodes may not authenticate"),
        (UpdateOf(addon_name="a"), "EKS may not install it"),
        (UpdateOf(), "EKS may not act"),
    ],
)
def test_an_error_code_means_what_it_means_for_the_thing_that_is_updated(
    of: UpdateOf, words: str
) -> None:
    update = Update(status="Failed", errors=(UpdateError("AccessDenied", "no"),))
    failed = UpdateOf(update, "c", of.nodegroup_name, of.addon_name)
    assert update_verdict(failed).words == words


def test_an_unknown_error_speaks_for_itself_and_a_failure_without_one_is_told() -> None:
    strange = Update(status="Failed", errors=(UpdateError("NewCode", "Something new. Much."),))
    assert update_verdict(UpdateOf(strange)).words == "NewCode"
    assert update_verdict(UpdateOf(Update(status="Failed"))).words == "failed"
    assert update_verdict(UpdateOf(Update(status="InProgress"))).level is Level.PROGRESS
    assert update_verdict(UpdateOf(Update(status="Cancelled"))).level is Level.NONE


def test_checks_in_error_stand_in_the_way_and_warnings_do_not() -> None:
    def insight(status: str) -> Insight:
        return Insight(insight_status=InsightStatus(status, "why"))

    passing, warning, error = insight("PASSING"), insight("WARNING"), insight("ERROR")
    assert insights_verdict([passing]).level is Level.FINE
    assert insights_verdict([passing, warning]).words == "1 of 2 checks warns"
    assert insights_verdict([warning, error, error]).words == (
        "2 of 3 checks stand in the way of an upgrade"
    )
