"""`containerscope demo-server`: the demo account for any AWS client on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from containerscope.cli.demo_wishes import (
    Wishes,
    check_fault,
    check_scenario,
    fault_lines,
    scenario_lines,
)
from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command, invocation

_HELP = """\
The demo account answers on {url} until ctrl+c. In another terminal:
  export AWS_ENDPOINT_URL={url} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo
  aws ecs list-clusters
It can be steered:
  curl {url}/_demo/scenarios                              # and -d '{{"start": "NAME"}}'
  curl {url}/_demo/clock                                  # and -d '{{"advance": 60}}'
  curl {url}/_demo/faults                                 # and -d '["slow:ecs,seconds=2"]'"""
_MOST_SPEED = 86400.0


def _check_scale(_: click.Context, __: click.Parameter, scale: str) -> str:
    parts = scale.split(",") if scale else []
    if parts and (len(parts) != 3 or not all(part.isdecimal() for part in parts)):
        raise click.BadParameter("three whole numbers, CLUSTERS,SERVICES,TASKS, are allowed")
    return scale


def _check_scenarios(_: click.Context, __: click.Parameter, names: Sequence[str]) -> Sequence[str]:
    return _checked(names, check_scenario)


def _check_faults(_: click.Context, __: click.Parameter, specs: Sequence[str]) -> Sequence[str]:
    return _checked(specs, check_fault)


def _checked(given: Sequence[str], check: Callable[[str], None]) -> Sequence[str]:
    for each in given:
        try:
            check(each)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return given


class _DemoServer(Command):
    """Explains the faults below its options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The kinds of fault and how one is written."""
        with formatter.section("Faults, KIND[:SERVICE[:OPERATION]][,NAME=VALUE…]"):
            formatter.write_dl(fault_lines())
        with formatter.section("Names in a fault"):
            formatter.write_dl(
                [
                    ("times=N", "only the next N calls"),
                    ("rate=25%", "only this share of the calls, by a seeded chance"),
                    ("where.PARAMETER=VALUE", "only calls with this parameter"),
                    ("seconds=2, jitter=500ms, share=50%", "for slow, skewed and buckets"),
                    ("cause=scp", "what denies: identity, deny, scp, boundary or session"),
                ]
            )


@click.command("demo-server", cls=_DemoServer)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=4599, show_default=True, metavar="N",
    help="Port on 127.0.0.1; 0 takes a free one.",
)  # fmt: skip
@click.option(
    "--scale", default="", metavar="C,S,T", callback=_check_scale,
    help="Clusters, services and running tasks that the account has.",
)  # fmt: skip
@click.option(
    "--scenario", multiple=True, metavar="NAME", callback=_check_scenarios,
    help="Story that is told from the beginning; may be given again.",
)  # fmt: skip
@click.option("--list-scenarios", is_flag=True, help="Print the stories and end.")
@click.option(
    "--speed", type=click.FloatRange(0, _MOST_SPEED), default=1.0, show_default=True,
    metavar="X", help="Seconds of the account in a real one.",
)  # fmt: skip
@click.option("--virtual", is_flag=True, help="Let time stand until it is stepped: --speed 0.")
@click.option(
    "--fault", multiple=True, metavar="SPEC", callback=_check_faults,
    help="Fault in the way of calls, explained below; may be given again.",
)  # fmt: skip
@click.option("--announce", is_flag=True, hidden=True, help="Print the URL alone.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End with the parent.")
@click.pass_context
def demo_server(context: click.Context, /, list_scenarios: bool, **wish: Any) -> int:
    """Serve the demo account on loopback, for the AWS CLI or any other AWS client."""
    if list_scenarios:
        _print_scenarios()
        return Exit.DONE
    from containerscope.demo.server import Setup, main  # loads botocore's service models

    announce, port, embedded = wish["announce"], wish["port"], wish["until_stdin_closes"]
    speed = 0.0 if wish["virtual"] else wish["speed"]
    wishes = Wishes(wish["scale"], speed, wish["scenario"], wish["fault"])
    if not embedded:  # else the program that starts it has said all
        wishes = wishes.over(Wishes.of(invocation(context).settings))

    def say(url: str) -> None:
        print(url if announce else _HELP.format(url=url), flush=True)

    try:
        main(
            Setup(
                port, wishes.scale or None, wishes.scenarios, wishes.faults, wishes.speed, embedded
            ),
            say,
        )
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    return Exit.DONE


def _print_scenarios() -> None:
    lines = scenario_lines()
    width = max((len(name) for name, _ in lines), default=0)
    for name, summary in lines:
        click.echo(f"{name:<{width}}  {summary}")


COMMAND = demo_server
