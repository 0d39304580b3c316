"""Keeps listings fresh: when to ask again, and what to show while the answer is incomplete."""

from __future__ import annotations

from containerscope.poller.follow import Poller

__all__ = ["Poller"]
