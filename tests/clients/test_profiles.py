"""What one can choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from containerscope.clients.profiles import Profile, profiles, regions
from containerscope.model.listing import ApiError


def test_profiles_tell_their_account_region_and_kind(
    own_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    (own_environment / "config").write_text(
        "[profile stage]\nsso_session = corp\nsso_account_id = 111122223333\nregion = eu-west-1\n"
        "[sso-session corp]\nsso_start_url = https://x\nsso_region = eu-west-1\n"
        "[profile audit]\nrole_arn = arn:aws:iam::444455556666:role/audit\nsource_profile = a\n"
        "[profile tool]\ncredential_process = /bin/tool\n[default]\nregion = us-east-1\n"
    )
    (own_environment / "credentials").write_text(
        "[keys]\naws_access_key_id = A\naws_secret_access_key = B\n"
    )
    assert profiles() == (
        Profile("default", region="us-east-1"),
        Profile("audit", "444455556666", kind="role"),
        Profile("keys", kind="keys"),
        Profile("stage", "111122223333", "eu-west-1", "sso"),
        Profile("tool", kind="process"),
    )


def test_a_broken_file_is_an_error_one_can_read(own_environment: Path) -> None:
    (own_environment / "config").write_text("[profile broken")
    with pytest.raises(ApiError, match="config"):
        profiles()


def test_each_partition_has_regions_of_its_own() -> None:
    assert "eu-west-1" in regions("aws")
    assert "us-gov-west-1" in regions("aws-us-gov")
    assert "cn-north-1" in regions("aws-cn")
