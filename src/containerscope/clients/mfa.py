"""MFA codes for botocore, which asks for them in the middle of a call and on the terminal."""

from __future__ import annotations

from typing import Any


class MfaCodeNeeded(Exception):  # noqa: N818 - not an error: a question to a person
    """An assumed role needs the code of this MFA device."""

    def __init__(self, serial: str) -> None:
        super().__init__(f"the code of the MFA device {serial} is needed")
        self.serial = serial


class MfaCodes:
    """Codes that were given and wait to be used, each once."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def give(self, serial: str, code: str) -> None:
        """Keep a code for the next time botocore asks."""
        self._codes[serial] = code

    def prompt(self, question: str) -> str:
        """Answer botocore's `Enter MFA code for SERIAL: `, or raise that a person must."""
        serial = question.removeprefix("Enter MFA code for ").rstrip(": ")
        code = self._codes.pop(serial, None)
        if code is None:
            raise MfaCodeNeeded(serial)
        return code

    def answer_for(self, core: Any) -> None:
        """Ask here in place of `getpass`, which would fight for the terminal."""
        core.get_component("credential_provider").get_provider(
            "assume-role"
        )._prompter = self.prompt
