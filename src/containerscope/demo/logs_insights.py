"""Queries of Logs Insights: `fields`, `filter`, `sort`, `limit` and `stats count(*)`.

Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from containerscope.demo.calls import Call, Result
from containerscope.demo.ids import uuid
from containerscope.demo.logs_find import group_arn, known_group
from containerscope.demo.logs_read import BEHIND_ALL, Place, invalid, merged
from containerscope.demo.logs_state import Query
from containerscope.demo.logs_stream import Event, Stream
from containerscope.demo.logs_streams import streams
from containerscope.demo.protocol_errors import AwsError

_MOST_GROUPS = 50
_MOST_SCANNED = 60_000
_TAKES = 1.5
"""Seconds that a query runs."""
_FILTER = re.compile(r"(@\w+)\s+(not\s+)?(like|=~|=|!=)\s*(/(.*)/|\"(.*)\"|'(.*)')", re.IGNORECASE)
_STATS = re.compile(
    r"count\((?:\*|@\w+)\)(?:\s+as\s+(\w+))?(?:\s+by\s+(@\w+|bin\((\d+)(s|m|h)\)))?", re.IGNORECASE
)
Row = dict[str, str]


def start_query(call: Call) -> Result:
    """Begin a query; its results can be read from then on."""
    params, world = call.params, call.world
    given = [
        *params.get("logGroupNames", ()),
        *params.get("logGroupIdentifiers", ()),
        *([params["logGroupName"]] if "logGroupName" in params else []),
    ]
    if not given or len(given) > _MOST_GROUPS:
        raise invalid(f"A query needs between 1 and {_MOST_GROUPS} log groups.")
    names = [known_group(world, each) for each in given]
    if params["startTime"] >= params["endTime"]:
        raise invalid("Query's end date and time is either before the start.")
    key = uuid("query", world.seed, world.now(), len(world.logs.queries))
    limit = int(params.get("limit", 10_000))
    text = params["queryString"]
    begin, end = float(params["startTime"]), float(params["endTime"])
    query = Query(key, text, names, begin, end, limit, world.now())
    _run(call, query)
    world.logs.queries[key] = query
    return {"queryId": key}


def _run(call: Call, query: Query) -> None:
    steps = [each.strip() for each in query.text.split("|") if each.strip()]
    keep: list[Callable[[Row], bool]] = []
    fields, sort, limit, stats = ["@timestamp", "@message"], "", query.limit, ""
    for step in steps:
        word, _, rest = step.partition(" ")
        if word == "fields":
            fields = [each.strip() for each in rest.split(",")]
        elif word == "filter":
            keep.append(_condition(rest))
        elif word == "sort":
            sort = rest
        elif word == "limit":
            limit = int(rest) if rest.strip().isdecimal() else limit
        elif word == "stats":
            stats = rest
        else:
            raise AwsError("MalformedQueryException", f"unexpected symbol found {word} at line 1")
    rows = [row for row in _rows(call, query) if all(each(row) for each in keep)]
    if stats:
        counted = _count(rows, stats)
        query.rows = [[{"field": key, "value": value} for key, value in row] for row in counted]
        return
    name, _, order = (sort or "@timestamp desc").partition(" ")
    rows.sort(key=lambda row: row.get(name, ""), reverse=order.strip() != "asc")
    query.rows = [
        [{"field": each, "value": row[each]} for each in [*fields, "@ptr"] if each in row]
        for row in rows[:limit]
    ]


def _condition(text: str) -> Callable[[Row], bool]:
    found = _FILTER.fullmatch(text.strip())
    if found is None:
        raise AwsError("MalformedQueryException", f"unexpected condition: {text}")
    field, negated, sign = found[1], bool(found[2]) or found[3] == "!=", found[3].lower()
    wanted = next(each for each in (found[5], found[6], found[7]) if each is not None)
    if sign in ("=", "!="):
        return lambda row: (row.get(field) == wanted) != negated
    try:
        pattern = re.compile(wanted if found[5] is not None else re.escape(wanted))
    except re.error as error:
        raise AwsError("MalformedQueryException", f"bad regular expression: {wanted}") from error
    return lambda row: (pattern.search(row.get(field, "")) is not None) != negated


def _rows(call: Call, query: Query) -> list[Row]:
    world = call.world
    until = int(min(query.end + 1, world.now()) * 1000)
    found: list[Row] = []
    after = Place(int(query.begin * 1000) - 1, BEHIND_ALL, 0)
    sources = [each for group in query.groups for each in streams(world, group)]
    for _, source, event in merged(sources, after, until):
        found.append(_row(call, source, event))
        if len(found) == _MOST_SCANNED:
            break
    query.scanned = len(found)
    return found


def _row(call: Call, source: Stream, event: Event) -> Row:
    when = datetime.fromtimestamp(event.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return {
        "@timestamp": when,
        "@message": event.text,
        "@logStream": source.name,
        "@log": group_arn(call.world, source.group).split(":", 4)[4].replace("log-group:", ""),
        "@ptr": f"{source.seed:x}.{event.position}",
    }


def _count(rows: list[Row], text: str) -> list[list[tuple[str, str]]]:
    found = _STATS.fullmatch(text.strip())
    if found is None:
        raise AwsError("MalformedQueryException", f"unexpected statistic: {text}")
    name, by = found[1] or "count(*)", found[2]
    if not by:
        return [[(name, str(len(rows)))]]
    counted = Counter(
        _bin(row, found[3], found[4]) if found[3] else row.get(by, "") for row in rows
    )
    return [[(by, key), (name, str(count))] for key, count in sorted(counted.items())]


def _bin(row: Row, size: str, unit: str) -> str:
    moment = datetime.fromisoformat(row["@timestamp"]).replace(tzinfo=UTC).timestamp()
    seconds = int(size) * {"s": 1, "m": 60, "h": 3600}[unit]
    begin = datetime.fromtimestamp(moment // seconds * seconds, UTC)
    return begin.strftime("%Y-%m-%d %H:%M:%S.000")


def _query(call: Call) -> Query:
    found = call.world.logs.queries.get(call.params["queryId"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "Query does not exist")
    return found


def get_query_results(call: Call) -> Result:
    """What a query has found; while it runs, nothing yet."""
    query = _query(call)
    done = call.world.now() >= query.started_at + _TAKES
    status = "Cancelled" if query.cancelled else "Complete" if done else "Running"
    rows = query.rows if done and not query.cancelled else []
    return {
        "results": rows,
        "statistics": {
            "recordsMatched": float(len(rows)),
            "recordsScanned": float(query.scanned),
            "bytesScanned": float(query.scanned * 180),
        },
        "status": status,
    }


def stop_query(call: Call) -> Result:
    """Stop a query that still runs."""
    query = _query(call)
    if call.world.now() >= query.started_at + _TAKES:
        raise invalid("Query is not in a valid state to be stopped.")
    query.cancelled = True
    return {"success": True}
