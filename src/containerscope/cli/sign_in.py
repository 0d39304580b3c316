"""How `get` asks a person for what signing in needs: on the terminal, never in the output."""

from __future__ import annotations

import asyncio
import sys

import click

from containerscope.model.text import visible
from containerscope.resource import SignIn


class TerminalSignIn:
    """Asks on the terminal, with everything it says on stderr."""

    async def mfa_code(self, serial: str) -> str | None:
        """The code a person types; None for an empty one or when they end the input."""
        return await asyncio.to_thread(self._ask, serial)

    @staticmethod
    def _ask(serial: str) -> str | None:
        question = f"MFA code of {visible(serial)}"
        try:
            code = click.prompt(question, default="", show_default=False, err=True)
        except click.Abort:
            return None
        return str(code).strip() or None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Say where the SSO login is confirmed."""
        minutes = max(1, round(expires_in / 60))
        click.echo(
            f"To sign in, open {visible(url)} and confirm the code {visible(code)}"
            f" within {minutes} min.",
            err=True,
        )

    async def device_done(self, message: str) -> None:
        """Say how the SSO login ended."""
        click.echo(f"Sign-in failed: {visible(message)}" if message else "Signed in.", err=True)


class SilentSignIn:
    """For runs without a person: whatever asks is given up at once."""

    async def mfa_code(self, serial: str) -> str | None:
        """Nobody is there to type one."""
        return None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Say it all the same: somebody may read the log while it waits."""
        await TerminalSignIn().device_code(url, code, expires_in)

    async def device_done(self, message: str) -> None:
        """Say how the SSO login ended."""
        await TerminalSignIn().device_done(message)


def sign_in() -> SignIn:
    """The one that fits: a person is asked where there is a terminal to ask on."""
    return TerminalSignIn() if sys.stdin.isatty() and sys.stderr.isatty() else SilentSignIn()
