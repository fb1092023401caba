"""What the README and the docs tell a reader to open or to type is there."""

import re
import shlex

import click
import pytest

from itwinai_core.cli import verbs

LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`(itwinai [^`\n]+)`(?!`)")
PROGRAM = re.compile(r"(?:^|\s|/)itwinai(?=\s)")


@pytest.fixture(scope="session")
def pages(root, files):
    """Return every page for readers: READMEs, docs, and what stands beside them."""
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files if path.suffix == ".md"}


def command_lines(text):
    """Yield each `itwinai ...` command of a page's shell blocks and inline code."""
    for language, block in FENCE.findall(text):
        if language in {"", "bash", "console", "sh", "shell"}:
            yield from commands_in(block.replace("\\\n", " "))
    for code in INLINE.findall(FENCE.sub("", text)):
        yield from commands_in(code)


def commands_in(lines):
    """Yield the arguments of each call of the program in lines of shell."""
    for line in lines.splitlines():
        prompt_or_not = line.strip().removeprefix("$ ")
        for part in re.split(r"&&|\|\||[|;]", prompt_or_not):
            call = PROGRAM.search(f" {part.strip()}")
            starts = part.strip().split(" ")[0]
            if call and re.fullmatch(r"(\S*/)?itwinai", starts):
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


def test_command_lines_have_known_verbs_and_options(pages):
    faults = [
        f"{page}: itwinai {shlex.join(arguments)}: {why}"
        for page, text in pages.items()
        for arguments in command_lines(text)
        if (why := fault(arguments))
    ]
    assert faults == []


def test_the_readme_shows_command_lines(pages):
    assert len(list(command_lines(pages["README.md"]))) >= 3


def test_the_readme_has_the_two_commands(pages):
    assert "nox -s demo" in pages["README.md"]
    assert "nox -s tests" in pages["README.md"]


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
    (arguments,) = command_lines(f"```bash\n{line}\n```\n")
    assert fault(arguments) == why
