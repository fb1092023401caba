"""Mistakes that people make in YAML, on the command line and in variables, each with what must be said of it."""

from __future__ import annotations

from mistakes import Mistake, toy

YAML = [
    toy("fit:\n\tepochs: 3\n", "a tab before a key", "a tab stands here", (3, 1)),
    toy("fit:\n  epochs: 3\n  \tbatch_size: 8\n", "a tab after spaces", "a tab stands here", (4, 3)),
    toy("seed:\t3\n", "a tab after a colon", "a tab stands here", (2, 6)),
    toy("fit:\n  epochs: 3\nfit:\n  mode: min\n", "a section twice", "the key 'fit' stands twice", (4, 1)),
    toy("fit:\n  epochs: 3\n  epochs: 4\n", "a key twice", "the key 'epochs' stands twice", (4, 3)),
    toy('settings:\n  fail: "no\nseed: 3\n', "a quote left open", "the quote that opens here is not closed", (3, 9)),
    toy(
        'settings:\n  fail: "no\nfit: {monitor: "train/loss"}\n',
        "a quote that a later one closes",
        "the quote that opens here is not closed",
        (3, 9),
    ),
    toy("fit:\n  trackers: [csv\nseed: 3\n", "a bracket left open", "the '[' that opens here is not closed", (3, 13)),
    toy("fit: {epochs: 3\nseed: 3\n", "a brace left open", "the '{' that opens here is not closed", (2, 6)),
    toy("fit: {trackers: [csv}\n", "a bracket closed by a brace", "'[' is closed by '}'", (2, 21)),
    toy("fit: {trackers: [csv]]\n", "a bracket too many", "']'", (2, 22)),
    toy("fit: {epochs: 3 patience: 2}\n", "no comma", "a comma is missing before patience", (2, 17)),
    toy("fit: epochs: 3\n", "a section and its key on one line", "a second ': ' stands on one line", (2, 12)),
    toy("fit:\n  epochs: 3\n    mode: min\n", "indented too deep", "indented deeper than the line above", (4, 5)),
    toy("fit:\n    epochs: 3\n  mode: min\n", "indented half-way back", "indentation", (4, 3)),
    toy("fit:\n  epochs:3\n  mode: min\n", "no space after a colon", "a space is missing after the colon", (3, 10)),
    toy("fit:\n  mode: min\n  epochs:3\n", "no space after the last", "a space is missing after the colon", (4, 10)),
    toy("fit\n  epochs: 3\n", "no colon after a section", "no colon stands after 'fit'", (2, 1)),
    toy("seed 3\n", "no colon after a key", "no colon stands after 'seed'", (2, 1)),
    toy("seed = 3\n", "an equals sign at the top", "Write seed: 3", (2, 1)),
    toy("fit:\n  epochs: 3\n  - csv\n", "an item among keys", "a list item stands where a key", (4, 3)),
    toy("fit:\n  trackers: - csv\n", "an item behind its key", "on a line of its own", (3, 13)),
    toy("settings:\n  fail: *data\n", "a star at the start", "in quotes", (3, 9)),
    toy("settings:\n  fail: @data\n", "a reserved sign at the start", "in quotes", (3, 9)),
    toy("settings:\n  fail: %data\n", "a percent sign at the start", "in quotes", (3, 9)),
    toy("settings:\n  fail: !data\n", "a tag", "in quotes", (3, 9)),
    toy('settings:\n  fail: "C:\\data"\n', "backslashes in double quotes", "single quotes", (3, 12)),
    toy("settings:\n  fail: 'don't'\n", "an apostrophe in single quotes", "quotes", (3, 14)),
    toy("settings:\n  fail: {{ data }}\n", "a template's braces", "quotes", (3, 10)),
    toy("---\nuse_case: virgo\n", "two documents", "a second document starts here", (2, 1)),
    Mistake("an empty file", "is empty", "", None),
    Mistake("a file of comments", "is empty", "# use_case: virgo\n", None),
    Mistake("a list of keys", "without dashes", "- use_case: torch-line\n- seed: 3\n", (1, 1)),
    Mistake("only a word", "use_case: torch-line", "torch-line\n", (1, 1)),
    Mistake("no space in a file of one line", "Write use_case: virgo", "use_case:virgo\n", (1, 1)),
    Mistake("Latin-1 for UTF-8", "is not UTF-8", "use_case: virgo\n# Zürich\n".encode("latin-1"), (2, 4)),
    Mistake("UTF-16, as PowerShell writes it", "UTF-16", "use_case: virgo\n".encode("utf-16"), (1, 1)),
    Mistake(
        "a mark of order and lines of Windows",
        "Did you mean 'epochs'?",
        b"\xef\xbb\xbfuse_case: virgo\r\nfit:\r\n  epoch: 3\r\n",
        (3, 3),
    ),
    Mistake("TOML", "[fit]", "[fit]\nepochs = 3\n", (1, 1)),
    toy("settings:\n  fail: \x07\n", "a control character", "U+0007", (3, 9)),
    toy(
        "base: &base\n  epoch: 3\nfit:\n  <<: *base\n",
        "a misspelt key that is merged",
        "fit.epoch: no such key. Did you mean 'epochs'?",
        (3, 3),
        lines=7,
    ),
]


def line(*words: str, what: str, said: str, **more: object) -> Mistake:
    """Return a mistake on the command line."""
    return Mistake(f"{what}, on the command line", said, words=words, **more)


LINES = [
    line("torch-line", "fit.epoch=3", what="a key misspelt", said="fit.epoch: no such key. Did you mean 'epochs'?"),
    line("torch-line", "epochs=3", what="a key without its section", said="Did you mean 'fit.epochs'?"),
    line("torch-line", "fit_epochs=3", what="an underscore for a dot", said="Did you mean 'fit.epochs'?"),
    line("torch-line", "fit.epochs=many", what="a word for a number", said="found 'many', expected int > 0"),
    line("torch-line", "fit.epochs", what="a key without value", said="'fit.epochs' is not an override"),
    line("torch-line", "fit.epochs", "20", what="a space for the equals sign", said="Write fit.epochs=20"),
    line("torch-line", "fit.epochs=", "20", what="a space behind the equals sign", said="Write fit.epochs=20"),
    line("torch-line", "fit.epochs:20", what="a colon for the equals sign", said="Write fit.epochs=20"),
    line("torch-line", "--fit.epochs=3", what="dashes before a key", said="fit.epochs=3"),
    line("torch-line", "--fit.epochs", "3", what="dashes, and a space", said="fit.epochs=3"),
    line("torch-line", "--epochs", "3", what="an option that is a key", said="fit.epochs=3"),
    line("torch-line", "=3", what="a value without key", said="'=3' is not an override"),
    line("torch-line", "fit..epochs=3", what="two dots", said="Write fit.epochs=3"),
    line("torch-line", "fit.trackers=[csv", what="a bracket left open", said="the '[' that opens here is not closed"),
    line("torch-line", "seed.x=3", what="a key below a number", said="seed: found a section"),
    line("torch-line", "fit.trackers.0=csv", what="an item of a list", said="fit.trackers"),
    line("torch-line", "seed=1", "seed=2", what="a key twice", said="'seed' is set twice"),
    line("torch-line", "fit=3", what="a number for a section", said="fit: found 3, expected a section."),
    line("virgo", "settings.model=decoder", what="a name for its section", said="Did you mean 'settings.model.name'?"),
    line("virgo", "strategy.name=dpp", what="a strategy misspelt", said="no lightning strategy is called 'dpp'"),
    line("virgo", "settings.qscan.low=900", what="two values together", said="not below qscan.high"),
    line("virgo", "use_case=cyclones", what="two use cases", said="'use_case' is set twice"),
    line("vigro", what="a use case misspelt", said="Did you mean 'virgo'?"),
    line("rnu.yaml", what="a file misspelt", said="Did you mean 'run.yaml'?", file="use_case: virgo\n"),
    line("run", what="a file without its ending", said="Did you mean the file 'run.yaml'?", file="use_case: virgo\n"),
    line("absent.yaml", what="a file that is not there", said="itwinai init"),
    line(".", what="a folder that is no run", said="is a folder"),
    line("torch-line", "FIT.EPOCHS=3", what="capitals", said="Did you mean 'fit.epochs'?"),
    line("torch-line", "fit/epochs=3", what="a slash for a dot", said="Did you mean 'fit.epochs'?"),
    line("virgo", "model.name=decoder", what="a path without its start", said="Did you mean 'settings.model.name'?"),
    line(
        "virgo", "settings.name=decoder", what="a path without its middle", said="Did you mean 'settings.model.name'?"
    ),
    line("virgo", "settings.data.file=gone.h5", what="data that are not there", said="of a file that is there"),
    line("virgo", "settings.data.seconds=60*40", what="a product", said="Write 2400"),
    line("virgo", "settings.data.file=*.h5", what="a pattern for a file", said="in quotes"),
    line("virgo", "settings.model.name=", what="no value", said="expected unet | decoder"),
    line("torch-line", "fit.trackers=csv,wandb", what="items without brackets", said="Write [csv, wandb]."),
    line("torch-line", "fit.shuffle=no", what="no for false", said="Did you mean false?"),
    line("torch-line", "--strategy", "ddp", what="an option that is a section", said="strategy.name=ddp"),
    line("fit.epochs=3", what="a key before the use case", said="Name a use case or a run file before it."),
    line("virgo.yaml", what="a use case as a file", said="Did you mean the use case 'virgo'?"),
    line("runs/first", what="a run that is not there", said="There is no run file 'runs/first', and no run's folder."),
    line("virgo", "run.yaml", what="a use case and a file", said="'run.yaml' is not an override"),
]


def variable(name: str, value: str, *, what: str, said: str) -> Mistake:
    """Return a mistake in a variable of the environment."""
    return Mistake(f"{what}, in a variable", said, words=("torch-line",), variables={name: value})


VARIABLES = [
    variable("ITWINAI__FIT__EPOCH", "3", what="a variable misspelt", said="Did you mean 'epochs'?"),
    variable("ITWINAI__EPOCHS", "3", what="a variable without section", said="Did you mean 'fit.epochs'?"),
    variable("ITWINAI__FIT_EPOCHS", "3", what="one underscore inside", said="Did you mean 'fit.epochs'?"),
    variable("ITWINAI_FIT__EPOCHS", "3", what="one underscore in front", said="ITWINAI__FIT__EPOCHS"),
    variable("ITWINAI__FIT__EPOCHS", "many", what="a word for a number", said="found 'many', expected int > 0"),
    variable("ITWINAI__SLOPE", "3", what="a variable cut short", said="ITWINAI__SETTINGS__SLOPE"),
    variable("ITWINAI__FIT__EPOCHS", "", what="an empty variable", said="found nothing (null), expected int > 0"),
    variable("itwinai__fit__epochs", "3", what="small letters", said="capitals"),
    variable("ITWINAI__FIT__EPOCHS", "[3", what="a bracket left open", said="the '[' that opens here is not closed"),
    variable("ITWINAI__FIT__", "3", what="a variable that names no key", said="ITWINAI__FIT__EPOCHS"),
]

ELSEWHERE = [*YAML, *LINES, *VARIABLES]
