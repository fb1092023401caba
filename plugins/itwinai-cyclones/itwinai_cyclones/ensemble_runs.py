"""Runs and files of ``itwinai cyclones detect``: which words are which, and what the networks find together."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from itwinai_core import ConfigError, DataError, KerasUseCase, load_run, whole_folder
from itwinai_cyclones.detect_files import FORMATS, Ensemble, detect
from itwinai_cyclones.options import chosen_formats
from itwinai_cyclones.settings import CyclonesSettings

SAMPLE = "sample:"
RUN_FILE = "run.yaml"


def detect_with_runs(  # noqa: PLR0913, PLR0917  what the verb asks for
    use_case: KerasUseCase[CyclonesSettings],
    words: Sequence[str],
    output: Path,
    runs: Path,
    overrides: Sequence[str],
    least: int | None,
    formats: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Find the centres in files with one run or several; write them into a folder of their own.

    Args:
        use_case: What the runs trained.
        words: Runs, by name or folder, and behind them files.
        output: Folder to make.
        runs: Where runs are looked for by name.
        overrides: Settings to change in all runs, as ``key.path=value``.
        least: How many runs must agree on a centre; more than half of them where None.
        formats: Names of formats, with commas between them.
        say: Called with each line for the terminal.

    Raises:
        ConfigError: a word is neither a run nor a file, or an option does not fit.
        DataError: a file is not what the networks can take; what was found before a damaged time is written.
        KeyboardInterrupt: the user stopped it; what was found up to then is written.
        UserError: the folder is there already, or a run cannot be loaded.
    """
    chosen = tuple(dict.fromkeys(["csv", *chosen_formats(formats, FORMATS)]))  # the table in CSV always is written
    names, inputs = sorted_words(words, runs, use_case.samples())
    _refuse_other_settings(overrides)
    if least is not None and least > len(names):
        raise ConfigError(
            f"--agree is {least}, but there are only {len(names)} run(s).\nAsk for {len(names)} or fewer."
        )
    if output.exists():
        raise DataError(f"{output} is there already, and it stays as it is.\nChoose another --output.")
    loaded = [load_run(use_case, name, runs, overrides) for name in names]
    from itwinai_cyclones.detectors import detector  # noqa: PLC0415  the core imports the framework first, and quietly

    detectors = tuple(detector(run.settings, model) for run, model in loaded)
    ensemble = Ensemble(names, detectors, least or len(names) // 2 + 1)
    with whole_folder(output) as folder:
        findings, lines = detect(ensemble, inputs, folder, chosen)
    for line in lines:
        say(line)
    say(f"In {output}: {', '.join([*(FORMATS[name] for name in chosen), 'map.png'])}.")
    if not findings.complete:
        say(f"Stopped after {len(findings.times)} of {findings.expected} times, the last of them {findings.times[-1]}.")
        raise DataError(findings.damage) if findings.damage else KeyboardInterrupt


def _refuse_other_settings(overrides: Sequence[str]) -> None:
    """Refuse to change what a network was trained on: in another order its variables would be read for one another."""
    for override in overrides:
        key, equals, _ = override.partition("=")
        if equals and key.split(".")[:2] != ["settings", "detection"]:
            raise ConfigError(
                f"--set {override} would change what a run was trained with.\n"
                "Only settings.detection can be changed for a trained network, e.g. settings.detection.score=0.6."
            )


def sorted_words(words: Sequence[str], runs: Path, samples: Mapping[str, Path]) -> tuple[tuple[str, ...], list[Path]]:
    """Return the runs and the files among the words of a command line: runs come first.

    Args:
        words: As they were typed.
        runs: Where runs are looked for by name.
        samples: Files by the names that ``sample:NAME`` knows them by.

    Raises:
        ConfigError: there is no run or no file, or a word is neither.
    """
    names = [word for word in words if is_run(word, runs)]
    folders = [_folder_of(name, runs) for name in names]
    twice = [name for name, folder in zip(names, folders, strict=True) if folders.count(folder) > 1]
    if twice:
        raise ConfigError(f"{' and '.join(twice)} are one run.\nName each run once: it cannot agree with itself.")
    files = [word for word in words if not is_run(word, runs)]
    for word in files:
        known = word.removeprefix(SAMPLE) in samples if word.startswith(SAMPLE) else Path(word).exists()
        if not known:
            there = sorted(path.parent.name for path in runs.glob(f"*/{RUN_FILE}"))
            of_runs = f"Runs in {runs}: {', '.join(there)}." if there else f"There are no runs in {runs}."
            of_samples = f" Samples: {', '.join(SAMPLE + name for name in sorted(samples))}." if samples else ""
            raise ConfigError(f"'{word}' is neither a run nor a file.\n{of_runs}{of_samples}")
    if not names or not files:
        missing = "run" if not names else "file"
        raise ConfigError(
            f"No {missing} among {', '.join(words)}.\nName one run or several, then files: "
            "itwinai cyclones detect RUN... FILE..."
        )
    return tuple(names), [
        samples[word.removeprefix(SAMPLE)] if word.startswith(SAMPLE) else Path(word) for word in files
    ]


def is_run(word: str, runs: Path) -> bool:
    """Return whether a word names a run, by folder or by name.

    Args:
        word: As it was typed.
        runs: Where runs are looked for by name.
    """
    return _folder_of(word, runs) is not None


def _folder_of(word: str, runs: Path) -> Path | None:
    """Return the folder of a run, or None where there is no such run."""
    places = (Path(word), runs / word)
    return next((place.resolve() for place in places if (place / RUN_FILE).is_file()), None)
