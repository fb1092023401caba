"""The verb that writes a new plugin."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from itwinai_core.cli.door import example, installed, verbs
from itwinai_core.new_plugin.choices import ENGINES, LICENSES, SUMMARY

_FRAMEWORKS = {"lightning": "PyTorch Lightning", "keras": "Keras"}


@verbs.command(
    "new-plugin",
    short_help="Write a complete plugin to start from.",
    epilog=example("itwinai new-plugin tides --engine lightning --license mit"),
)
@click.argument("name")
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES), case_sensitive=False),
    required=True,
    help="Framework that trains the plugin's model.",
)
@click.option(
    "--license",
    "license_name",
    type=click.Choice(list(LICENSES), case_sensitive=False),
    default="apache-2.0",
    show_default=True,
    help="Terms under which others may use the plugin.",
)
@click.option("--author", help="Who holds the copyright.  [default: git's user.name]")
@click.option("--email", default="", help="Address that the package shows beside the author.")
@click.option("--summary", default=SUMMARY, help="What the plugin trains, in one line.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="Folder to write itwinai-NAME/ into.  [default: this one]",
)
def new_plugin(  # noqa: PLR0913 - one argument an option
    name: str, *, engine: str, license_name: str, author: str | None, email: str, summary: str, output: Path
) -> None:
    """Write itwinai-NAME/, a complete plugin that can be installed, trained, tested and published as it is.

    NAME is what users will type, e.g. tides or sea-ice. The plugin trains a small problem; its README.md says which
    file to replace by your own.
    """
    from itwinai_core.new_plugin.author import git_user
    from itwinai_core.new_plugin.choices import Choices
    from itwinai_core.new_plugin.names import checked_name
    from itwinai_core.new_plugin.write import write

    taken = {
        word: plugin.distribution
        for plugin in installed().installed
        for word in (plugin.name, *(use_case.name for use_case in plugin.use_cases))
    }
    choices = Choices(
        name=checked_name(name, taken),
        engine=engine,
        license=license_name,
        author=git_user() if author is None else author,
        email=email,
        summary=summary,
    )
    place = write(choices, output)
    click.echo(
        f"{place} is a complete plugin that trains with {_FRAMEWORKS[engine]}. Next:\n\n"
        f"  cd {shlex.quote(str(place))}\n"
        "  pip install --editable '.[test]'\n"
        "  itwinai list-plugins\n"
        f"  itwinai fit {choices.name} --name first\n"
        "  itwinai predict first sample:swing\n"
        f"  itwinai check-plugin {choices.name}\n"
        "  pytest\n\n"
        "Its README.md says where your own science goes, and how to publish it."
    )
