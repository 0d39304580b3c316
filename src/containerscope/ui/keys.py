"""The one key table: bindings, footer, help and docs/keys.md are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from textual.binding import Binding

from containerscope.settings import Settings

Pane = Literal["any", "table", "detail"]


@dataclass(frozen=True)
class Context:
    """What the present view can do, as far as keys depend on it."""

    pane: Pane = "table"
    """The pane that has the keyboard."""
    row: bool = False
    """There is a row under the cursor."""
    child: str = ""
    """What `enter` opens; empty for nothing below."""
    events: bool = False
    logs: bool = False
    """The row has logs."""
    ended: bool = False
    """What the row stands for has ended: its logs too."""
    pair: bool = False
    """Two rows are marked that can be compared."""
    used: bool = False
    """Something may use what the row stands for."""
    owner: bool = False
    """Something made what the row stands for, and keeps it."""
    tree: bool = False
    """There is a tree below what the row stands for."""
    folds: bool = False
    """Rows stand below each other."""
    console: bool = False
    detail: bool = False
    """The detail pane is open."""
    raw: bool = False
    """The detail pane shows JSON or YAML."""
    matches: bool = False
    """A search in the text found something, or rows were filtered."""
    secret: bool = False
    """The line under the cursor hides a value that may be revealed."""
    root: bool = False
    """There is nowhere to go back to."""
    marks: bool = False
    actions: Mapping[str, str] = field(default_factory=dict)
    """Ids of keys that change what the row stands for -> what they do to it, in a word."""
    undo: bool = False
    """There is a change to take back."""


@dataclass(frozen=True)
class Key:
    """One thing a key does."""

    id: str
    """The name in the keymap of the settings."""
    keys: str
    """Textual's names, separated by commas."""
    action: str
    label: str
    """One or two words for the footer; empty keeps it out of there."""
    help: str
    group: str
    rank: int = 9
    """The lowest come first in the footer and stay when it is narrow."""
    when: Callable[[Context], bool] = lambda _: True
    pane: Pane = "any"
    priority: bool = False
    """Acts before the next key is handed on, so that what is typed ahead finds its place."""

    def bindings(self) -> tuple[Binding, ...]:
        """What Textual binds: digits one by one, each to its tab."""
        if self.id == "tab":
            return tuple(Binding(digit, f"tab({digit})", show=False) for digit in "1234567890")
        words = self.label or self.help
        binding = Binding(
            self.keys, self.action, words, show=False, id=self.id, priority=self.priority
        )
        return (binding,)

    def shown(self, settings: Settings | None = None) -> str:
        """The keys as a person reads them, after the user's own keymap."""
        keys = settings.keymap.get(self.id, self.keys) if settings else self.keys
        return " ".join(readable(key) for key in keys.split(","))


def readable(key: str) -> str:
    """Textual's name of a key in the form found on the keyboard."""
    return _NAMES.get(key.strip(), key.strip())


_NAMES = {
    "escape": "esc", "colon": ":", "slash": "/", "question_mark": "?", "left_square_bracket": "[",
    "right_square_bracket": "]", "minus": "-", "pagedown": "pgdn", "pageup": "pgup",
    "left": "←", "equals_sign": "=", "right": "→",
    "less_than_sign": "<", "greater_than_sign": ">", "exclamation_mark": "!", "tilde": "~",
    "ctrl+@": "ctrl+space", "up": "↑", "down": "↓",
}  # fmt: skip


def _row(context: Context) -> bool:
    return context.row


def _text(context: Context) -> bool:
    return context.pane == "detail"


KEYS: tuple[Key, ...] = (
    Key("open", "enter", "open", "open", "Drill down; where nothing lies below, describe", "Go",
        1, lambda c: c.row and c.pane == "table", "table"),
    Key("back", "escape", "back", "back", "Close what is open, clear the filter, or go back", "Go",
        8, lambda c: not c.root or c.detail),
    Key("leave", "q", "leave", "quit", "Like esc; at the root it quits", "Go",
        8, lambda c: c.root and not c.detail),
    Key("quit", "ctrl+q", "app.quit", "", "Quit from anywhere", "Go", priority=True),
    Key("history-back", "left_square_bracket", "history(-1)", "", "Back in history", "Go"),
    Key("history-forward", "right_square_bracket", "history(1)", "", "Forward in history", "Go"),
    Key("last", "minus", "last", "", "The last view and back again", "Go"),
    Key("command", "colon", "command", "command", "Type a command", "Find", 3, priority=True),
    Key("filter", "slash", "filter", "filter", "Filter rows; search in a text", "Find", 2,
        priority=True),
    Key("palette", "ctrl+p", "app.command_palette", "palette", "Find a command, resource or row",
        "Find", 7),
    Key("help", "question_mark", "help", "help", "This help", "Find", 4),
    Key("next-match", "n", "match(1)", "next",
        "Next match in a text; next row that the last filter keeps", "Find", 4,
        lambda c: c.matches),
    Key("previous-match", "N", "match(-1)", "", "Previous match or row", "Find", 9,
        lambda c: c.matches),
    Key("down", "j,down", "move(1)", "", "Down", "Move"),
    Key("up", "k,up", "move(-1)", "", "Up", "Move"),
    Key("top", "g,home", "jump(-1)", "", "To the top", "Move"),
    Key("bottom", "G,end", "jump(1)", "", "To the bottom", "Move"),
    Key("page-down", "pagedown", "page(1)", "", "A page down", "Move"),
    Key("page-up", "pageup", "page(-1)", "", "A page up", "Move"),
    Key("describe", "d", "describe", "describe", "Open or close the detail pane", "Look",
        2, _row),
    Key("raw", "y", "raw", "json", "Raw JSON; again for YAML", "Look", 5, _row),
    Key("events", "e", "events", "events", "Events of this row", "Look", 5,
        lambda c: c.row and c.events),
    Key("logs", "l", "logs", "logs", "Logs, followed", "Look", 5, lambda c: c.row and c.logs),
    Key("last-logs", "p", "last_logs", "last logs", "Its last two minutes of logs, where it ended",
        "Look", 4, lambda c: c.row and c.logs and c.ended),
    Key("pane", "tab", "pane", "pane", "Between table and detail pane, opening it", "Look",
        6, lambda c: c.detail),
    Key("tab", "1,2,3,4,5,6,7,8,9,0", "tab", "", "Tab of the detail pane; 0 is the last",
        "Look"),
    Key("tab-left", "left", "turn_tab(-1)", "", "The tab to the left", "Look", 9, _text,
        "detail"),
    Key("tab-right", "right", "turn_tab(1)", "", "The tab to the right", "Look", 9, _text,
        "detail"),
    Key("reveal", "r", "reveal", "reveal", "Show the masked value of this line, on screen only",
        "Look", 1, lambda c: c.secret, "detail"),
    Key("menu", "a", "menu", "actions", "Everything that can be done with this row", "Row",
        5, _row),
    Key("console", "o", "console", "console", "Link to the AWS console: shown and copied", "Row",
        6, lambda c: c.row and c.console),
    Key("compare", "equals_sign", "compare", "diff", "What differs between the two marked rows",
        "Row", 1, lambda c: c.pair),
    Key("used-by", "u", "used_by", "used by", "The services, workloads and pods that use it",
        "Row", 6, lambda c: c.row and c.used),
    Key("owner", "J", "owner", "owner", "Jump to its owner: of a pod, the replica set", "Row",
        6, lambda c: c.row and c.owner),
    Key("tree", "T", "tree", "tree", "What is below it as a tree, down to containers", "Row",
        6, lambda c: c.row and c.tree),
    Key("fold", "h", "fold", "fold", "Fold or unfold what is below the row of a tree", "Row",
        3, lambda c: c.row and c.folds, "table"),
    Key("fold-all", "H", "fold_all", "", "Fold or unfold the whole tree", "Row",
        9, lambda c: c.row and c.folds, "table"),
    Key("copy", "c", "copy", "copy", "Copy the name; in a text, the value of this line", "Row",
        6, _row),
    Key("copy-arn", "C", "copy_arn", "", "Copy the ARN; in JSON or YAML, all", "Row", 9, _row),
    Key("mark", "space", "mark", "", "Mark or unmark the row", "Row", 9, _row, "table"),
    Key("mark-range", "v,ctrl+@", "mark_range", "", "Mark from the last mark to here", "Row",
        9, _row, "table"),
    Key("clear-marks", "V", "clear_marks", "unmark", "Clear all marks", "Row",
        4, lambda c: c.marks, "table"),
    Key("scale", "S", "act('scale')", "scale", "Scale: preview, then confirm", "Act", 3,
        lambda c: "scale" in c.actions),
    Key("restart", "R", "act('restart')", "redeploy", "Redeploy or restart: replace every task, "
        "or every pod", "Act", 5,
        lambda c: "restart" in c.actions),
    Key("rollback", "B", "act('rollback')", "roll back",
        "Roll back a deployment, or go back to a revision", "Act", 5,
        lambda c: "rollback" in c.actions),
    Key("stop", "ctrl+d", "act('stop')", "stop", "Stop or delete the row, or all marked ones",
        "Act", 5, lambda c: "stop" in c.actions),
    Key("edit", "E", "act('edit')", "edit", "Edit the Kubernetes object in your editor", "Act", 6,
        lambda c: "edit" in c.actions),
    Key("trigger", "t", "act('trigger')", "run", "Run the cron job once now", "Act", 4,
        lambda c: "trigger" in c.actions),
    Key("pause", "P", "act('pause')", "pause", "Pause or resume a rollout, or the schedule of a "
        "cron job", "Act", 6, lambda c: "pause" in c.actions),
    Key("cordon", "K", "act('cordon')", "cordon", "Cordon or uncordon the node", "Act", 5,
        lambda c: "cordon" in c.actions),
    Key("drain", "D", "act('drain')", "drain", "Drain the node: cordon it and evict its pods",
        "Act", 5, lambda c: "drain" in c.actions),
    Key("shell", "s", "act('shell')", "shell", "Open a shell: its checks, then confirm", "Into", 3,
        lambda c: "shell" in c.actions),
    Key("exec", "x", "act('exec')", "run", "Run one command in a container", "Into", 7,
        lambda c: "exec" in c.actions),
    Key("attach", "A", "act('attach')", "attach", "Attach to what runs in a container", "Into", 8,
        lambda c: "attach" in c.actions),
    Key("forward", "f,F", "act('forward')", "forward", "Forward a port; `:forwards` lists them",
        "Into", 7, lambda c: "forward" in c.actions),
    Key("undo", "z", "undo", "undo", "Undo the last change that can be taken back", "Act", 3,
        lambda c: c.undo),
    Key("sort-left", "less_than_sign", "sort(-1)", "", "Sort by the column to the left", "View"),
    Key("sort-right", "greater_than_sign", "sort(1)", "", "Sort by the column to the right",
        "View"),
    Key("sort-turn", "tilde", "turn", "", "Turn the sort around", "View"),
    Key("wide", "W,ctrl+w", "wide", "", "More columns", "View"),
    Key("problems", "exclamation_mark,ctrl+z", "problems", "problems", "Only rows with problems",
        "View", 7, lambda c: c.pane == "table"),
    Key("refresh", "ctrl+r", "refresh_now", "", "Refresh now", "View"),
)  # fmt: skip

DIFFERENCES = (
    "`e` shows events; `E` edits.",
    "`P` suspends and resumes a cron job, `t` runs it; `K` cordons and uncordons a node, `D` "
    "drains it.",
    "`A` attaches, since `a` is the menu; `x` runs one command.",
    "`<` and `>` choose the sort column; there are no shift-letter sorts.",
    "`c` copies the name and `C` the ARN, through the terminal (OSC 52), so it works over SSH.",
)
"""What a k9s hand should know."""


def works(key: Key, context: Context) -> bool:
    """Whether the key does something in this view."""
    if key.pane not in ("any", context.pane):
        return False
    return key.when(context)


def footer(context: Context, settings: Settings | None = None) -> tuple[tuple[str, str], ...]:
    """The keys and labels to show, the most wanted first."""
    keys = [key for key in KEYS if key.label and works(key, context)]
    keys.sort(key=lambda key: key.rank)
    return tuple((key.shown(settings).split(" ")[0], _label(key, context)) for key in keys)


_SHARED = frozenset({"restart", "stop", "pause", "cordon"})
"""Keys that do another thing to one kind of rows than to another."""


def _label(key: Key, context: Context) -> str:
    if key.id == "open":
        return context.child or "describe"
    if key.id == "raw":
        return "yaml" if context.raw else "json"
    if key.id == "filter" and _text(context):
        return "search"
    if key.id == "describe":
        return "close" if context.detail else "describe"
    return context.actions.get(key.id, key.label) if key.id in _SHARED else key.label


def groups(keys: Sequence[Key] = KEYS) -> tuple[tuple[str, tuple[Key, ...]], ...]:
    """The table by group, in its own order."""
    names = dict.fromkeys(key.group for key in keys)
    return tuple((name, tuple(key for key in keys if key.group == name)) for name in names)


def markdown(*more: Key) -> str:
    """docs/keys.md, with the tables of views that own their keys."""
    lines = [
        "# Keys", "",
        "Made from the key table in `ui/keys.py`; rebind any of them by id in the settings file:",
        "", "```toml", "[keys]", 'describe = "f2"', "```",
    ]  # fmt: skip
    for name, keys in groups((*KEYS, *more)):
        lines += ["", f"## {name}", "", "| keys | what | id |", "|---|---|---|"]
        lines += [f"| {_code(key)} | {key.help} | `{key.id}` |" for key in keys]
    lines += ["", "## What differs from k9s", "", *(f"- {line}" for line in DIFFERENCES), ""]
    return "\n".join(lines)


def _code(key: Key) -> str:
    return "`1`–`9` `0`" if key.id == "tab" else " ".join(f"`{k}`" for k in key.shown().split(" "))
