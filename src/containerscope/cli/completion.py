"""`containerscope completion`: the script that makes a shell complete commands and resources."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from containerscope.cli.exits import Exit
from containerscope.cli.invocation import Command

_SHELLS = ("bash", "zsh", "fish")
_SET_UP = {
    "bash": 'eval "$(containerscope completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(containerscope completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "containerscope completion fish | source   in ~/.config/fish/config.fish",
}


class ResourceName(click.ParamType[str]):
    """The name or an alias of a resource; completes both."""

    name = "resource"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names and aliases that start like this."""
        from containerscope.resources import all_resources

        start = incomplete.casefold()
        return [
            CompletionItem(word, help=resource.name if word != resource.name else resource.noun)
            for resource in all_resources().values()
            if resource.nameable
            for word in (resource.name, *resource.aliases)
            if word.startswith(start)
        ]


@click.command(
    "completion",
    cls=Command,
    epilog="\b\nTo switch it on, put this line\n" + "\n".join(f"  {x}" for x in _SET_UP.values()),
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script of a shell: bash, zsh or fish."""
    root = context.find_root()
    kind = get_completion_class(shell)
    assert kind is not None
    name = root.info_name or "containerscope"
    made = kind(root.command, {}, name, f"_{name.upper()}_COMPLETE")
    # The base class's: bash's own starts a bash to warn about versions of 2009.
    click.echo(ShellComplete.source(made))
    return Exit.DONE


COMMAND = completion
