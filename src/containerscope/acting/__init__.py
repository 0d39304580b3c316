"""The way of every action: look, plan, compare, write down, send, follow. It knows no interface."""

from containerscope.acting.following import follow
from containerscope.acting.looking import again, look, preview, problem_words, rehearse
from containerscope.acting.order import Order, Outcome, Preview, Seen, Sender, why_not
from containerscope.acting.sending import Deed, enter, run

__all__ = [
    "Deed",
    "Order",
    "Outcome",
    "Preview",
    "Seen",
    "Sender",
    "again",
    "enter",
    "follow",
    "look",
    "preview",
    "problem_words",
    "rehearse",
    "run",
    "why_not",
]
