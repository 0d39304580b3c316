"""`containerscope demo-server`: the demo account for any AWS client on this machine."""

from __future__ import annotations

import click

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command

_HELP = """\
The demo account answers on {url} until ctrl+c. In another terminal:
  export AWS_ENDPOINT_URL={url} AWS_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo
  aws ecs list-clusters"""


def _check_scale(_: click.Context, __: click.Parameter, scale: str) -> str:
    parts = scale.split(",") if scale else []
    if parts and (len(parts) != 3 or not all(part.isdecimal() for part in parts)):
        raise click.BadParameter("three whole numbers, CLUSTERS,SERVICES,TASKS, are allowed")
    return scale


@click.command("demo-server", cls=Command)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=4599, show_default=True, metavar="N",
    help="Port on 127.0.0.1; 0 takes a free one.",
)  # fmt: skip
@click.option(
    "--scale", default="", metavar="C,S,T", callback=_check_scale,
    help="Clusters, services and running tasks that the account has.",
)  # fmt: skip
@click.option("--announce", is_flag=True, hidden=True, help="Print the URL alone.")
@click.option("--until-stdin-closes", is_flag=True, hidden=True, help="End with the parent.")
def demo_server(port: int, scale: str, announce: bool, until_stdin_closes: bool) -> int:
    """Serve the demo account on loopback, for the AWS CLI or any other AWS client."""
    from containerscope.demo.server import main  # loads botocore's service models

    def say(url: str) -> None:
        print(url if announce else _HELP.format(url=url), flush=True)

    try:
        main(port, scale or None, say, until_stdin_closes)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    return Exit.DONE


COMMAND = demo_server
