"""Mistakes that people make in run files, on the command line and in variables, each with what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mistake:
    """One mistake, as a user makes it."""

    what: str
    """The mistake in words."""

    said: str
    """What the message must hold: the suggestion, or what was expected."""

    file: str | bytes | None = None
    """Content of ``run.yaml``, where one is used."""

    at: tuple[int, int] | None = None
    """Line and column that must be named, counted from 1."""

    words: tuple[str, ...] = ()
    """What follows ``itwinai fit``; by default the run file alone."""

    variables: dict[str, str] = field(default_factory=dict)
    """The environment."""

    lines: int = 4
    """Most lines that the message may have."""


def toy(text: str, what: str, said: str, at: tuple[int, int] | None, **more: object) -> Mistake:
    """Return a mistake in a run file of the toy use case, whose first line names it."""
    return Mistake(what, said, f"use_case: torch-line\n{text}", at, **more)


KEYS = [
    toy("fit:\n  epoch: 3\n", "singular for plural", "fit.epoch: no such key. Did you mean 'epochs'?", (3, 3)),
    toy("fit:\n  Epochs: 3\n", "a capital letter", "fit.Epochs: no such key. Did you mean 'epochs'?", (3, 3)),
    toy("fit:\n  BATCH_SIZE: 8\n", "capitals", "Did you mean 'batch_size'?", (3, 3)),
    toy("fit:\n  batch-size: 8\n", "a hyphen for an underscore", "Did you mean 'batch_size'?", (3, 3)),
    toy("fit:\n  batchsize: 8\n", "words joined", "Did you mean 'batch_size'?", (3, 3)),
    toy("fit:\n  batchSize: 8\n", "words joined by a capital", "Did you mean 'batch_size'?", (3, 3)),
    toy("fit:\n  batch size: 8\n", "a space in a key", "Did you mean 'batch_size'?", (3, 3)),
    toy("fit:\n  pat_ience: 8\n", "a word split", "Did you mean 'patience'?", (3, 3)),
    toy("fit:\n  eopchs: 3\n", "letters swapped", "Did you mean 'epochs'?", (3, 3)),
    toy("fit:\n  max_epochs: 3\n", "another tool's longer name", "Did you mean 'epochs'?", (3, 3)),
    toy("fit:\n  batch: 8\n", "half of a name", "Did you mean 'batch_size'?", (3, 3)),
    toy("fitt:\n  epochs: 3\n", "a section misspelt", "fitt: no such key. Did you mean 'fit'?", (2, 1)),
    toy("setting:\n  slope: 3\n", "the settings in the singular", "Did you mean 'settings'?", (2, 1)),
    toy("settings:\n  slpoe: 3\n", "a setting misspelt", "Did you mean 'slope'?", (3, 3)),
    toy("settings:\n  model:\n    leraning_rate: 3\n", "two sections deep", "Did you mean 'learning_rate'?", (4, 5)),
    toy("settings: {model: {knd: line}}\n", "within braces", "Did you mean 'kind'?", (2, 20)),
    toy("epochs: 3\n", "a key of a section at the top", "epochs: no such key. Did you mean 'fit.epochs'?", (2, 1)),
    toy("slope: 3\n", "a setting at the top", "Did you mean 'settings.slope'?", (2, 1)),
    toy("learning_rate: 3\n", "a deep setting at the top", "Did you mean 'settings.model.learning_rate'?", (2, 1)),
    toy("settings:\n  kind: line\n", "one section too high", "Did you mean 'settings.model.kind'?", (3, 3)),
    toy("settings:\n  seed: 3\n", "one section too deep", "settings.seed: no such key. Did you mean 'seed'?", (3, 3)),
    toy("settings:\n  fit:\n    epochs: 3\n", "a section in a wrong one", "Did you mean 'fit'?", (3, 3)),
    toy("model:\n  kind: line\n", "a sub-section at the top", "Did you mean 'settings.model'?", (2, 1)),
    toy("fit.epochs: 3\n", "a path where a file wants a section", "Did you mean 'fit.epochs'?", (2, 1)),
    toy("fit:\n  epochs=3:\n", "an equals sign in a key", "Did you mean 'epochs'?", (3, 3)),
    toy("fit:\n  banana: 3\n", "a key that nothing is like", "expected one of: batch_size, epochs", (3, 3)),
    toy("1: 2\n", "a number as a key", "1: no such key.", (2, 1)),
    Mistake("the use case's key misspelt", "Did you mean 'use_case'?", "usecase: torch-line\n", (1, 1)),
    Mistake("no use case at all", "use_case", "fit:\n  epochs: 3\n"),
    Mistake(
        "a setting of virgo misspelt",
        "settings.data.sample_rat: no such key. Did you mean 'sample_rate'?",
        "use_case: virgo\nsettings:\n  data:\n    seconds: 600\n    sample_rat: 512\n",
        (5, 5),
    ),
    Mistake(
        "a setting of virgo in the wrong section",
        "Did you mean 'settings.qscan.q'?",
        "use_case: virgo\nsettings:\n  data:\n    q: 12\n",
        (4, 5),
    ),
    Mistake(
        "a setting of cyclones joined",
        "Did you mean 'learning_rate'?",
        "use_case: cyclones\nsettings:\n  model:\n    learningrate: 1e-3\n",
        (4, 5),
    ),
]

VALUES = [
    toy('fit:\n  epochs: "3"\n', "a number in quotes", "fit.epochs: found the text '3', expected int > 0.", (3, 11)),
    toy("fit:\n  epochs: many\n", "a word for a number", "found 'many', expected int > 0", (3, 11)),
    toy("fit:\n  epochs: true\n", "a truth value for a number", "found true, expected int > 0", (3, 11)),
    toy("fit:\n  epochs: 3.5\n", "a fraction for a whole number", "found 3.5, expected int > 0", (3, 11)),
    toy("fit:\n  epochs: 0\n", "a number too small", "found 0, expected int > 0", (3, 11)),
    toy("seed: 4294967296\n", "a number too large", "found 4294967296, expected int >= 0 and < 4294967296", (2, 7)),
    toy("seed: -1\n", "a negative seed", "found -1, expected int >= 0 and < 4294967296", (2, 7)),
    toy("fit:\n  epochs:\n", "nothing after a colon", "expected int > 0", (3, 10)),
    toy("fit:\n  epochs: [3]\n", "a list for a number", "expected int > 0", (3, 11)),
    toy("fit:\n  epochs: {max: 3}\n", "a section for a number", "expected int > 0", (3, 11)),
    toy("fit:\n  epochs: 1_000\n", "an underscore in a number", "Write 1000", (3, 11)),
    toy("settings:\n  slope: 0,5\n", "a decimal comma", "Write 0.5", (3, 10)),
    toy("settings:\n  slope: 10 km\n", "a unit behind a number", "Write 10", (3, 10)),
    toy("settings:\n  slope: 12:30\n", "a time for a number", "found '12:30', expected float", (3, 10)),
    toy("settings:\n  slope: nan\n", "not a number, as a word", "expected float", (3, 10)),
    toy("settings:\n  slope: .inf\n", "an infinite number", "found .inf, expected a finite float", (3, 10)),
    toy("settings:\n  slope: 2024-01-31\n", "a date for a number", "found '2024-01-31', expected float", (3, 10)),
    toy("fit:\n  shuffle: 1\n", "one for true", "Did you mean true?", (3, 12)),
    toy("fit:\n  shuffle: yes\n", "yes for true", "Did you mean true?", (3, 12)),
    toy('fit:\n  shuffle: "off"\n', "off, in quotes, for false", "Did you mean false?", (3, 12)),
    toy("fit:\n  patience: None\n", "Python's None", "Did you mean null?", (3, 13)),
    toy("fit:\n  trackers: wandb\n", "a word for a list", "Write [wandb]", (3, 13)),
    toy("fit:\n  trackers:\n    -wandb\n", "no space after a dash", "a space after", (4, 5)),
    toy("fit:\n  trackers: [csv, 3]\n", "an item of another type", "fit.trackers.1: found 3, expected str", (3, 19)),
    toy("fit: 3\n", "a number for a section", "fit: found 3, expected a section.", (2, 6)),
    toy("fit:\n  - epochs: 3\n", "dashes before keys", "without dashes", (3, 3)),
    toy("strategy: auto\n", "a name for its section", "Did you mean 'strategy.name'?", (2, 11)),
    toy("fit:\n  epochs:3\n", "no space after the only colon", "Write epochs: 3", (3, 3)),
    toy("fit:\n  epochs = 3\n", "an equals sign for a colon", "Write epochs: 3", (3, 3)),
    toy("settings:\n  model:\n    kind: Line\n", "a choice with a capital", "Did you mean 'line'?", (4, 11)),
    toy("settings:\n  model:\n    kind: lien\n", "a choice misspelt", "Did you mean 'line'?", (4, 11)),
    toy("strategy:\n  precision: bf16\n", "a choice abbreviated", "Did you mean 'bfloat16'?", (3, 14)),
    toy("strategy:\n  precision: 32\n", "a number for a choice", "Did you mean 'float32'?", (3, 14)),
    toy("fit:\n  mode: minimum\n", "a choice spelt out", "Did you mean 'min'?", (3, 9)),
    toy("fit:\n  monitor: val/loss\n", "a split abbreviated", "Did you mean 'validation/loss'?", (3, 12)),
    toy("fit:\n  monitor: validation_loss\n", "a metric without slash", "Did you mean 'validation/loss'?", (3, 12)),
    toy("fit:\n  monitor: val_loss\n", "Keras's name of a metric", "Did you mean 'validation/loss'?", (3, 12)),
    toy("fit:\n  monitor: loss\n", "a metric without split", "Did you mean 'validation/loss'?", (3, 12)),
    toy("fit:\n  monitor: Train/Loss\n", "a metric with capitals", "Did you mean 'train/loss'?", (3, 12)),
    Mistake(
        "a preset with capitals",
        "found 'UNet', expected unet | decoder. Did you mean 'unet'?",
        "use_case: virgo\nsettings:\n  model:\n    name: UNet\n",
        (4, 11),
    ),
    Mistake(
        "a range of virgo",
        "settings.data.validation: found 0.6, expected float > 0 and < 0.5",
        "use_case: virgo\nsettings:\n  data:\n    validation: 0.6\n",
        (4, 17),
    ),
    Mistake(
        "a size that the network cannot halve",
        "found 60, expected int >= 16 and a multiple of 16",
        "use_case: virgo\nsettings: {qscan: {times: 60}}\n",
        (2, 27),
    ),
    Mistake(
        "an item of a list out of range",
        "settings.data.train_years.1: found 1890, expected int >= 1980 and <= 2024",
        "use_case: cyclones\nsettings:\n  data:\n    train_years:\n      - 1990\n      - 1890\n",
        (6, 9),
    ),
    Mistake(
        "an item of a list misspelt",
        "settings.data.variables.1: found 'gusts', expected",
        "use_case: cyclones\nsettings:\n  data:\n    variables: [msl, gusts]\n",
        (4, 22),
    ),
    Mistake(
        "an empty list",
        "settings.data.witnesses: found [], expected list of str, at least 1",
        "use_case: virgo\nsettings:\n  data:\n    witnesses: []\n",
        (4, 16),
    ),
    Mistake(
        "two values that do not go together",
        "settings: qscan.low is 900 Hz, not below qscan.high, 350 Hz",
        "use_case: virgo\nsettings:\n  qscan:\n    low: 900\n",
        (2, 1),
    ),
    Mistake(
        "a rule of a section",
        "settings.data: resolution 0.7 does not divide 180°. Choose 0.25, 0.5, 1 or 2.",
        "use_case: cyclones\nsettings:\n  data:\n    resolution: 0.7\n",
        (3, 3),
    ),
]

NAMES = [
    Mistake("a use case misspelt", "Did you mean 'torch-line'?", "use_case: torchline\n", (1, 11)),
    Mistake("a use case with capitals", "Did you mean 'virgo'?", "seed: 1\nuse_case: Virgo\n", (2, 11)),
    Mistake("a number for a use case", "use_case: found 3, expected str", "use_case: 3\n", (1, 11)),
    toy("strategy:\n  name: atuo\n", "a strategy misspelt", "Did you mean 'auto'?", (3, 9)),
    toy("strategy:\n  name: 3\n", "a number for a strategy", "strategy.name: found 3, expected", (3, 9)),
    toy("fit:\n  trackers: [wnadb]\n", "a tracker misspelt", "Did you mean 'wandb'?", (3, 14)),
    toy("fit:\n  trackers:\n  - csv\n  - WandB\n", "a tracker with capitals", "Did you mean 'wandb'?", (5, 5)),
]

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
    variable("ITWINAI__FIT__EPOCHS", "[3", what="a bracket left open", said="the '[' that opens here is not closed"),
    variable("ITWINAI__FIT__", "3", what="a variable that names no key", said="ITWINAI__FIT__EPOCHS"),
]

MISTAKES = [*KEYS, *VALUES, *NAMES, *YAML, *LINES, *VARIABLES]
