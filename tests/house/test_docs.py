"""What the README and the docs tell a reader to open or to type is there."""

import re
import shlex

import click
import pytest

from itwinai_core.cli import installed, verbs
from itwinai_core.errors import ConfigError
from itwinai_core.fit import plan

LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(itwinai [^`\n]+)`(?!`)")


@pytest.fixture(scope="session")
def pages(root, files):
    """Return every page for readers: READMEs, docs, and what stands beside them."""
    # Not those of plugins that only tests install: their verbs are not here.
    own = [path for path in files if path.suffix == ".md" and not path.is_relative_to(root / "tests")]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in own}


def command_lines(text):
    """Yield the arguments of each `itwinai ...` command of a page, and the error that the page shows for it."""
    for language, block in FENCE.findall(text):
        lines = block.replace("\\\n", " ")
        if language == "console":
            for shown in re.split(r"^\$ ", lines, flags=re.MULTILINE)[1:]:
                line, _, output = shown.partition("\n")
                error = output.removeprefix("Error: ").strip() if output.startswith("Error: ") else ""
                yield from ((arguments, error) for arguments in commands_in(line))
        elif language in {"", "bash", "sh", "shell"}:
            yield from ((arguments, "") for arguments in commands_in(lines))
    for code in INLINE.findall(FENCE.sub("", text)):
        yield from ((arguments, "") for arguments in commands_in(code))


def commands_in(lines):
    """Yield the arguments of each call of the program in lines of shell."""
    for line in lines.splitlines():
        for part in re.split(r"&&|\|\||[|;]", line):
            if re.match(r"(\S*/)?itwinai\s", part.strip()):
                yield shlex.split(part, comments=True)[1:]


def fault(arguments):
    """Return why the program would refuse these arguments' verb or options, or nothing."""
    context = click.Context(verbs, info_name="itwinai")
    command = verbs
    try:
        while arguments and isinstance(command, click.Group) and not arguments[0].startswith("-"):
            name, *arguments = arguments
            command = command.get_command(context, name)
            if command is None:
                return f"no such verb: {name}"
            context = click.Context(command, info_name=name, parent=context)
        known = {
            option
            for parameter in command.get_params(context)
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
    except click.ClickException as error:
        return error.format_message()
    given = {word.partition("=")[0] for word in arguments if re.match(r"--?[a-z]", word)}
    return f"no such option: {', '.join(sorted(given - known))}" if given - known else ""


def is_fit(arguments):
    """Return whether this is a `fit` of a use case that is installed here, so that its error is known."""
    offered = [use_case.name for plugin in installed().installed for use_case in plugin.use_cases]
    return arguments[:1] == ["fit"] and bool(set(arguments[1:2]) & set(offered))


def misfit(arguments):
    """Return why a use case would refuse the overrides of a `fit` command, or nothing."""
    if not is_fit(arguments):
        return ""
    overrides = [word for word in arguments[2:] if re.fullmatch(r"[a-z_.]+=\S+", word)]
    try:
        plan(arguments[1], overrides, installed())
    except ConfigError as error:
        # A reader's own data are not here.
        return "" if "of a file that is there" in str(error) else str(error)
    return ""


def test_relative_links_resolve(root, pages):
    broken = [
        f"{page}: {target}"
        for page, text in pages.items()
        for target in LINK.findall(FENCE.sub("", text))
        if not re.match(r"[a-z]+:|#", target) and not ((root / page).parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_pictures_that_are_shown_are_there(root, pages):
    shown = [(page, source) for page, text in pages.items() for source in re.findall(r'<img[^>]+src="([^"]+)"', text)]
    assert [f"{page}: {source}" for page, source in shown if not ((root / page).parent / source).exists()] == []


def test_command_lines_have_known_verbs_options_and_keys(pages):
    faults = [
        f"{page}: itwinai {shlex.join(arguments)}: {why or 'shown with an error that there is not'}"
        for page, text in pages.items()
        for arguments, error in command_lines(text)
        if (why := fault(arguments) or misfit(arguments)) != (error if is_fit(arguments) else "")
    ]
    assert faults == []


def test_the_readme_shows_command_lines(pages):
    assert len(list(command_lines(pages["README.md"]))) >= 3


def test_the_readme_has_the_two_commands(pages):
    assert "nox -s demo" in pages["README.md"]
    assert "nox -s tests" in pages["README.md"]


def test_ci_calls_the_very_test_line_of_the_readme(pages, root):
    line = (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert line.endswith("nox -s tests")
    assert f"```bash\n{line}\n```" in pages["README.md"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("itwinai fitt virgo", "no such verb: fitt"),
        ("itwinai list-plugins --jsno", "no such option: --jsno"),
        ("pip install x && .venv/bin/itwinai nothing", "no such verb: nothing"),
        ("itwinai fit virgo fit.epochs=2 --name first # a remark", ""),
    ],
)
def test_a_wrong_command_line_is_seen(line, why):
    ((arguments, _),) = command_lines(f"```bash\n{line}\n```\n")
    assert fault(arguments) == why


def test_an_error_that_a_page_shows_belongs_to_its_command():
    ((arguments, error),) = command_lines("```console\n$ itwinai fit virgo fit.epoch=3\nError: No.\n```\n")
    assert error == "No."
    assert "Did you mean 'epochs'?" in misfit(arguments)


def test_a_wrong_override_is_seen():
    assert "no such key" in misfit(["fit", "virgo", "settings.model.kind=unet"])
    assert misfit(["fit", "virgo", "settings.model.name=unet", "--name", "first"]) == ""
