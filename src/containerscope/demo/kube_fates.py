"""What becomes of containers, by the image they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FateKind = Literal["fine", "crash", "oom", "missing", "denied", "unready", "exit"]


@dataclass(frozen=True)
class ImageFate:
    """How containers of an image fare: a fixed image is all that mends them."""

    kind: FateKind = "fine"
    seconds: float = 8.0
    """How long it runs before it ends; for `unready` not used."""
    exit_code: int = 1

    @property
    def starts(self) -> bool:
        """Whether the image can be pulled."""
        return self.kind not in ("missing", "denied")

    @property
    def ends(self) -> bool:
        """Whether the container ends by itself."""
        return self.kind in ("crash", "oom", "exit")


FINE = ImageFate()


def pull_error(fate: ImageFate, image: str) -> str:
    """Why an image cannot be pulled, in containerd's words."""
    if fate.kind == "denied":
        return (
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
            "pulling from host failed with status code [manifests]: 403 Forbidden"
        )
    return (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to '
        f'resolve reference "{image}": {image}: not found'
    )
