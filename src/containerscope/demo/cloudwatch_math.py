"""Metric math: arithmetic, comparisons and the functions that alarms and scaling policies use.

Source: CloudWatch User Guide, "Using metric math".
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
import statistics
from collections.abc import Callable, Mapping
from typing import Any

from containerscope.demo.protocol_errors import AwsError

Series = dict[float, float]
"""Values by the beginning of their periods."""
_Value = float | Series | list[tuple[str, Series]]
_Made = list[tuple[str, Series]]

_BINARY: Mapping[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.And: lambda left, right: float(bool(left) and bool(right)),
    ast.Or: lambda left, right: float(bool(left) or bool(right)),
}
_EACH: Mapping[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}
_OVER: Mapping[str, Callable[[list[float]], float]] = {
    "SUM": math.fsum,
    "AVG": statistics.fmean,
    "MIN": min,
    "MAX": max,
    "STDDEV": statistics.pstdev,
}
_DEPTH = 20


def evaluate(expression: str, plain: Mapping[str, Series], others: Mapping[str, str]) -> _Made:
    """The named series that an expression gives, of series and of other expressions."""
    return _as_many(_Evaluation(plain, others).text(expression), "")


def _error(message: str) -> AwsError:
    return AwsError("ValidationError", message)


class _Evaluation:
    def __init__(self, plain: Mapping[str, Series], others: Mapping[str, str]) -> None:
        self._plain = plain
        self._others = others
        self._depth = 0

    def text(self, expression: str) -> _Value:
        """The value of an expression."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise _error(f"Error in expression '{expression}': Expressions refer to each other.")
        written = expression.replace("&&", " and ").replace("||", " or ")
        try:
            tree = ast.parse(written.strip(), mode="eval")
            found = self._node(tree.body)
        except (SyntaxError, ValueError, RecursionError) as error:
            raise _error(f"Error in expression '{expression}': Invalid syntax") from error
        self._depth -= 1
        return found

    def _node(self, node: ast.AST) -> _Value:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.List):
            return [pair for each in node.elts for pair in _as_many(self._node(each), "")]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return _both(operator.mul, -1.0, self._node(node.operand))
        if isinstance(node, ast.BinOp):
            left, right = self._node(node.left), self._node(node.right)
            if isinstance(node.op, ast.Div):
                return _divided(left, right)
            if type(node.op) in _BINARY:
                return _both(_BINARY[type(node.op)], left, right)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _BINARY:
            compare = _BINARY[type(node.ops[0])]
            left, right = self._node(node.left), self._node(node.comparators[0])
            return _both(lambda a, b: float(compare(a, b)), left, right)
        if isinstance(node, ast.BoolOp):
            found = self._node(node.values[0])
            for each in node.values[1:]:
                found = _both(_BINARY[type(node.op)], found, self._node(each))
            return found
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._function(node.func.id.upper(), node.args)
        raise ValueError("not a part of metric math")

    def _name(self, name: str) -> _Value:
        if name in self._plain:
            return self._plain[name]
        if name in self._others:
            return self.text(self._others[name])
        raise _error(f"Error in expression: '{name}' is not the id of a query.")

    def _function(self, name: str, args: list[ast.expr]) -> _Value:
        if name == "METRICS":
            return [(key, values) for key, values in self._plain.items() if _has(key, args)]
        values = [self._node(each) for each in args if not _is_word(each)]
        if name in _EACH:
            return _mapped(_EACH[name], values[0])
        if name in _OVER:
            return _over(_OVER[name], values[0])
        if name == "FILL":
            return _filled(args, values)
        if name == "IF":
            return _chosen(values)
        if name == "PERIOD":
            return _period(_one(values[0]))
        if name in ("RATE", "DIFF", "DIFF_TIME", "RUNNING_SUM"):
            return _stepped(name, _one(values[0]))
        raise ValueError(f"no function {name}")


def _has(key: str, args: list[ast.expr]) -> bool:
    part = args[0].value if args and isinstance(args[0], ast.Constant) else ""
    return str(part) in key


def _is_word(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in ("REPEAT", "LINEAR")) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _as_many(value: _Value, name: str) -> _Made:
    if isinstance(value, list):
        return value
    return [(name, value if isinstance(value, dict) else {})]


def _one(value: _Value) -> Series:
    if not isinstance(value, dict):
        raise ValueError("needs one series")
    return value


def _both(do: Callable[[float, float], Any], left: _Value, right: _Value) -> _Value:
    """Each pair of values that belong together; a time that one side lacks is left out."""
    if isinstance(left, list):
        return [(name, _one(_both(do, each, right))) for name, each in left]
    if isinstance(right, list):
        return [(name, _one(_both(do, left, each))) for name, each in right]
    if isinstance(left, dict) and isinstance(right, dict):
        return {at: float(do(left[at], right[at])) for at in left if at in right}
    if isinstance(left, dict) and isinstance(right, float):
        return {at: float(do(each, right)) for at, each in left.items()}
    if isinstance(left, float) and isinstance(right, dict):
        return {at: float(do(left, each)) for at, each in right.items()}
    if isinstance(left, float) and isinstance(right, float):
        return float(do(left, right))
    raise ValueError("cannot be joined")


def _divided(left: _Value, right: _Value) -> _Value:
    """A quotient; a time at which the divisor is 0 has no value."""
    if isinstance(right, dict):
        right = {at: each for at, each in right.items() if each}
    elif right == 0:
        return {}
    return _both(operator.truediv, left, right)


def _mapped(do: Callable[[float], float], value: _Value) -> _Value:
    if isinstance(value, float):
        return float(do(value))
    if isinstance(value, list):
        return [(name, _one(_mapped(do, each))) for name, each in value]
    return {at: float(do(each)) for at, each in value.items()}


def _over(do: Callable[[list[float]], float], value: _Value) -> _Value:
    """Over the series of an array at each time, or over one series as a single number."""
    if isinstance(value, dict):
        return do(list(value.values())) if value else {}
    if isinstance(value, float):
        return value
    times = sorted({at for _, each in value for at in each})
    return {at: do([each[at] for _, each in value if at in each]) for at in times}


def _period(values: Series) -> float:
    times = sorted(values)
    return min((after - at for at, after in itertools.pairwise(times)), default=60.0)


def _filled(args: list[ast.expr], values: list[_Value]) -> _Value:
    if isinstance(values[0], list):
        return [(name, _one(_filled(args, [each, *values[1:]]))) for name, each in values[0]]
    series = _one(values[0])
    if not series:
        return series
    times, step, found = sorted(series), _period(series), dict(series)
    at, last = times[0], series[times[0]]
    word = args[1].id if len(args) > 1 and isinstance(args[1], ast.Name) else ""
    while at <= times[-1]:
        if at not in found:
            if word == "LINEAR":
                after = next(each for each in times if each > at)
                found[at] = last + (series[after] - last) * step / (after - at + step)
            else:
                found[at] = last if word == "REPEAT" else float(_number(values[1]))
        last = found[at]
        at += step
    return found


def _number(value: _Value) -> float:
    if not isinstance(value, float):
        raise ValueError("needs a number")
    return value


def _chosen(values: list[_Value]) -> _Value:
    """`IF(condition, then, otherwise)`: by each time if the condition is a series."""
    condition, then = values[0], values[1]
    other: _Value | None = values[2] if len(values) > 2 else None
    if isinstance(condition, float):
        chosen = then if condition else other
        return {} if chosen is None else chosen
    found: Series = {}
    for at, each in _one(condition).items():
        chosen = then if each else other
        value = chosen.get(at) if isinstance(chosen, dict) else chosen
        if isinstance(value, float):
            found[at] = value
    return found


def _stepped(name: str, series: Series) -> Series:
    times = sorted(series)
    if name == "RUNNING_SUM":
        total, found = 0.0, {}
        for at in times:
            total += series[at]
            found[at] = total
        return found
    pairs = list(itertools.pairwise(times))
    if name == "DIFF_TIME":
        return {after: after - at for at, after in pairs}
    if name == "DIFF":
        return {after: series[after] - series[at] for at, after in pairs}
    return {after: (series[after] - series[at]) / (after - at) for at, after in pairs}
