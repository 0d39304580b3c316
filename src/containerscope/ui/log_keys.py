"""The keys of the log view: bindings, footer, help and docs/keys.md are made from this table."""

from __future__ import annotations

from containerscope.ui.keys import Key

SINCE: tuple[tuple[str, str, float], ...] = (
    ("1", "1m", 60),
    ("2", "5m", 300),
    ("3", "15m", 900),
    ("4", "1h", 3600),
    ("5", "6h", 6 * 3600),
    ("6", "1d", 86400),
    ("0", "all", 0),
)
"""Key, words and seconds: from when on lines are read; 0 for all there are."""


LOG_KEYS: tuple[Key, ...] = (
    Key("log-back", "escape,q", "back", "back", "Back; first out of the filter", "Logs", 1),
    Key("log-filter", "slash", "filter", "filter",
        "Patterns that must match, `!pattern` to exclude, `level:warn`, `level:error`", "Logs", 2,
        priority=True),
    Key("log-follow", "f,s", "follow", "follow", "Follow the end, or stop", "Logs", 3),
    Key("log-level", "L", "level", "level", "All lines, warnings and errors, errors", "Logs", 4),
    Key("log-wrap", "w", "wrap", "wrap", "Wrap long lines", "Logs", 5),
    Key("log-times", "t", "times", "times", "Show or hide times", "Logs", 6),
    Key("log-fields", "J", "fields", "fields", "JSON lines by their members, or whole", "Logs", 6),
    Key("log-sources", "i", "sources", "", "Show or hide which container wrote a line", "Logs"),
    Key("log-mark", "m", "mark", "mark", "Bookmark the line", "Logs", 7),
    Key("log-next-mark", "n", "next_mark(1)", "", "To the next bookmark", "Logs"),
    Key("log-previous-mark", "N", "next_mark(-1)", "", "To the previous bookmark", "Logs"),
    Key("log-copy", "c", "copy", "copy", "Copy the line", "Logs", 8),
    Key("log-copy-all", "C", "copy_all", "", "Copy the lines that are shown", "Logs"),
    Key("log-save", "ctrl+s", "save", "save", "Save the lines that are shown to a file", "Logs", 7),
    Key("log-clear", "x", "clear", "", "Clear the view; what comes next is shown", "Logs"),
    *(
        Key(f"log-since-{words}", key, f"since({at})", "",
            "From the first line on" if words == "all" else f"From {words} ago on", "Logs")
        for at, (key, words, _) in enumerate(SINCE)
    ),
    Key("log-down", "j,down", "move(1)", "", "Down", "Logs"),
    Key("log-up", "k,up", "move(-1)", "", "Up", "Logs"),
    Key("log-page-down", "pagedown", "page(1)", "", "A page down", "Logs"),
    Key("log-page-up", "pageup", "page(-1)", "", "A page up", "Logs"),
    Key("log-top", "g,home", "jump(-1)", "", "To the first line", "Logs"),
    Key("log-bottom", "G,end", "jump(1)", "", "To the end, and on with it", "Logs"),
    Key("log-left", "left", "sideways(-20)", "", "Left", "Logs"),
    Key("log-right", "right", "sideways(20)", "", "Right", "Logs"),
    Key("log-help", "question_mark", "help", "help", "This help", "Logs", 9),
    Key("log-quit", "ctrl+q", "app.quit", "", "Quit from anywhere", "Logs", priority=True),
)  # fmt: skip
