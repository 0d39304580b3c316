"""CloudWatch Logs."""

from __future__ import annotations

from tests.demo.questions import Asker, Params, Sample, plainly

_CART = {"logGroupName": "/ecs/checkout/cart"}


def _stream(ask: Asker) -> Params:
    found = ask("DescribeLogStreams", **_CART)["logStreams"]
    return {**_CART, "logStreamName": found[0]["logStreamName"]}


def _window(ask: Asker) -> Params:
    now = int(ask.world.now())
    return {"startTime": now - 60, "endTime": now}


def _filter(ask: Asker) -> Params:
    seconds = _window(ask)
    return {**_CART, "limit": 20, **{name: each * 1000 for name, each in seconds.items()}}


def _ask_insights(ask: Asker) -> Params:
    text = "fields @timestamp, @message | limit 3"
    return {"logGroupNames": ["/ecs/checkout/cart"], "queryString": text, **_window(ask)}


def _asked(ask: Asker, wait: float) -> Params:
    query = ask("StartQuery", **_ask_insights(ask))
    ask.later(wait)
    return {"queryId": query["queryId"]}


SAMPLES: dict[str, Sample] = {
    "DescribeLogGroups": plainly(),
    "DescribeLogStreams": plainly(**_CART),
    "GetLogEvents": _stream,
    "FilterLogEvents": _filter,
    "StartLiveTail": plainly(
        logGroupIdentifiers=["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/checkout/cart"]
    ),
    "StartQuery": _ask_insights,
    "GetQueryResults": lambda ask: _asked(ask, 3),
    "StopQuery": lambda ask: _asked(ask, 0),
    "PutRetentionPolicy": plainly(**_CART, retentionInDays=30),
    "DeleteRetentionPolicy": plainly(**_CART),
    "ListTagsForResource": plainly(
        resourceArn="arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/checkout/cart"
    ),
}
