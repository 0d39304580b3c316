"""CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly


def _group(ask: Asker) -> Any:
    groups = ask("DescribeLogGroups")["logGroups"]
    for each in groups:
        if ask("DescribeLogStreams", logGroupName=each["logGroupName"])["logStreams"]:
            return each
    raise AssertionError("no log group has a stream")


def _named(ask: Asker) -> Params:
    return {"logGroupName": _group(ask)["logGroupName"]}


def _stream(ask: Asker) -> Params:
    group = _named(ask)
    found = ask("DescribeLogStreams", **group)["logStreams"][0]["logStreamName"]
    return {**group, "logStreamName": found, "limit": 20}


def _query(ask: Asker) -> Params:
    now = int(ask.world.now())
    words = "fields @timestamp, @message | sort @timestamp desc | limit 20"
    return {**_named(ask), "startTime": now - 3600, "endTime": now, "queryString": words}


def _started(ask: Asker) -> Params:
    return {"queryId": ask("StartQuery", **_query(ask))["queryId"]}


def _done(ask: Asker) -> Params:
    query = _started(ask)
    ask.later(10)
    return query


SAMPLES: dict[str, Sample] = {
    "DescribeLogGroups": plainly(limit=20),
    "DescribeLogStreams": _named,
    "GetLogEvents": _stream,
    "FilterLogEvents": lambda ask: {**_named(ask), "limit": 20},
    "StartLiveTail": lambda ask: {"logGroupIdentifiers": [_group(ask)["logGroupArn"]]},
    "StartQuery": _query,
    "GetQueryResults": _done,
    "StopQuery": _started,
    "PutRetentionPolicy": lambda ask: {**_named(ask), "retentionInDays": 30},
    "DeleteRetentionPolicy": _named,
    "ListTagsForResource": lambda ask: {"resourceArn": _group(ask)["logGroupArn"]},
}
