"""Mistakes that people make in the keys and values of run files, each with what must be said of it."""

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


def virgo(text: str, what: str, said: str, at: tuple[int, int] | None) -> Mistake:
    """Return a mistake in the settings of virgo, which stand on the second line."""
    return Mistake(what, said, f"use_case: virgo\nsettings: {{{text}}}\n", at)


def cyclones(text: str, what: str, said: str, at: tuple[int, int] | None) -> Mistake:
    """Return a mistake in the settings of cyclones, which stand on the second line."""
    return Mistake(what, said, f"use_case: cyclones\nsettings: {{{text}}}\n", at)


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
    toy("fit:\n  loggers: [wandb]\n", "another tool's word", "Did you mean 'trackers'?", (3, 3)),
    virgo("training: {lr: 1e-3}", "the first letters of a name", "Did you mean 'learning_rate'?", (2, 23)),
    virgo("data: {sampling_frequency: 512}", "other words for a name", "Did you mean 'sample_rate'?", (2, 19)),
    toy("fit:\n  epo\u200bchs: 8\n", "a sign that is not seen", "U+200B, zero width space", (3, 6)),
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
        "reference_unet. Did you mean 'unet'?",
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
        "qscan.times is 60; model.name=unet takes multiples of 16, as 64",
        "use_case: virgo\nsettings: {qscan: {times: 60}}\n",
        (2, 20),
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
        (4, 5),
    ),
    Mistake(
        "a rule of a section",
        "settings.data: resolution 0.7 does not divide 180°. Choose 0.25, 0.5, 1 or 2.",
        "use_case: cyclones\nsettings:\n  data:\n    resolution: 0.7\n",
        (4, 5),
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

NUMBERS_AND_UNITS = [
    virgo("data: {sample_rate: 4 kHz}", "a unit in a frequency", "in the unit that `itwinai describe` shows", (2, 32)),
    virgo("data: {sample_rate: 4096Hz}", "a unit that touches its number", "Write 4096, the number alone.", (2, 32)),
    virgo("data: {seconds: 600.5}", "half a second", "found 600.5, expected int > 0", (2, 28)),
    virgo("data: {seconds: 10m}", "minutes", "found '10m', expected int > 0", (2, 28)),
    virgo("data: {seconds: 3'600}", "an apostrophe between thousands", "Write 3600", (2, 28)),
    virgo("qscan: {q: 3}", "a quality too low", "found 3, expected float > 3.4 and <= 200", (2, 23)),
    virgo('training: {learning_rate: "1e-3"}', "a rate in quotes", "Write 1e-3 without quotes.", (2, 38)),
    virgo("model: {name: U-Net}", "a preset with a hyphen", "Did you mean 'unet'?", (2, 26)),
    virgo("model: {name: transformer}", "a preset that there is not", "expected unet | decoder", (2, 26)),
    virgo("data: {witnesses: V1:MAG}", "one channel for a list", "Write [V1:MAG].", (2, 30)),
    virgo(
        "data: {witnesses: [V1:A, V1:A]}", "a channel twice", "settings: data.witnesses names a channel twice", (2, 1)
    ),
    virgo("data: {strain: [V1:A]}", "a list of one channel", "Write V1:A without brackets.", (2, 27)),
    virgo("data: {file: [a.h5, 3]}", "a number for a file", "found 3, expected path.", (2, 32)),
    cyclones("data: {train_years: 1990-2010}", "a range of years", "Write each: [1990, 1991, ..., 2010].", (2, 32)),
    cyclones("data: {variables: msl gust}", "words for a list", "Write [msl, gust].", (2, 30)),
    cyclones("detection: {stride: 3.1}", "a stride between points", "and a multiple of 0.25", (2, 32)),
    cyclones("detection: {agreement: 50%}", "a percentage", "Write 0.5.", (2, 35)),
    cyclones("detection: {max_latitude: 4}", "a word cut short", "Did you mean 'maximum_latitude'?", (2, 24)),
    cyclones(
        "detections: {stride: 3}",
        "a plural section",
        "settings.detections: no such key. Did you mean 'detection'?",
        (2, 12),
    ),
    cyclones("data: {variables: [gust]}", "a variable that is needed", "Add msl.", (2, 19)),
    toy("fit: {epochs: 10 epochs}\n", "a word behind a number", "Write 10, the number alone.", (2, 15)),
    toy("fit: {epochs: $EPOCHS}\n", "a variable of the shell", "found '$EPOCHS', expected int > 0", (2, 15)),
    toy("fit: {min_delta: 1,5}\n", "a decimal comma in braces", "write a number with a point", (2, 20)),
    toy("seed: random\n", "a word for a seed", "found 'random', expected int >= 0", (2, 7)),
    toy("name: first\n", "a name for the run", "name: no such key.", (2, 1)),
    toy("trackers: [csv]\n", "trackers at the top", "Did you mean 'fit.trackers'?", (2, 1)),
    toy(
        "fit: &fit {epochs: 1}\nstrategy: *fit\n",
        "a section that stands for another",
        "strategy.epochs: no such key.",
        (2, 12),
    ),
]

FILES = [*KEYS, *VALUES, *NAMES, *NUMBERS_AND_UNITS]
