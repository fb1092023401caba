"""Hostile plugins: what each does wrong, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field

HOOK = "from itwinai_core import hookimpl\n\n\n@hookimpl\n"
USE_CASE = '''from itwinai_core import Config, DataSplits, LightningUseCase, hookimpl


class Settings(Config):
    """The settings section of a run."""


class UseCase(LightningUseCase[Settings]):
    """Nothing to train."""

    name = "{name}"
    summary = "Nothing to train"
    settings = Settings

    def build_data(self, run):
        return DataSplits([], [])

    def build_model(self, run):
        return None


@hookimpl
def itwinai_use_cases():
    return [UseCase()]
'''


@dataclass(frozen=True)
class Hostile:
    """One plugin that is not as it should be."""

    does: str
    """What is wrong with it, as the docs say it."""

    reason: str
    """Part of the diagnosis."""

    plugin: str = ""
    """Code of its front module; ``{name}`` is its name."""

    line: int = 1
    """Line that the diagnosis blames; 0 where it names a folder."""

    file: str = "plugin.py"
    """File that the diagnosis blames."""

    mend: str = "pip install --upgrade itwinai-{name}"
    """Part of the command that mends it."""

    modules: dict[str, str] = field(default_factory=dict)
    """Other modules of its package."""

    requires: tuple[str, ...] = ("itwinai-core>=0.1,<0.2",)
    points: str = "{name} = {package}.plugin"
    """Its entry points."""

    removed: tuple[str, ...] = ()
    """What is taken from the disk after it was installed: files of the site, ``{package}`` for its own."""


def use_case(before: str = "", after: str = "") -> str:
    """Return a plugin that would work but for what stands before or after its use case."""
    return f"{before}{USE_CASE}{after}"


HOSTILE = {
    "import-error": Hostile("imports a name that the core does not have", "ImportError: cannot import name 'Trainer'", "from itwinai_core import Trainer\n"),
    "syntax-error": Hostile("is not Python", "SyntaxError: ", "x = 1\ndef broken(:\n", line=2),
    "raises": Hostile("raises when it is imported", "RuntimeError: no licence found", "\nraise RuntimeError('no licence found')\n", line=2),
    "mute-error": Hostile("raises an error whose text raises", "it raises Mute", "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\n\n\nraise Mute\n", line=6),
    "system-exit": Hostile("ends the program by SystemExit", "SystemExit: 3", "import sys\n\nsys.exit(3)\n", line=3),
    "keyboard-interrupt": Hostile("pretends that Ctrl-C was pressed", "it raises KeyboardInterrupt", "raise KeyboardInterrupt\n"),
    "os-exit": Hostile("ends the process by os._exit", "ends the program at once, with exit code 0", "import os\n\nos._exit(0)\n", line=3),
    "segmentation-fault": Hostile("reads memory that is not its own", "crashes Python: Segmentation fault", "import ctypes\n\nctypes.string_at(0)\n", line=3),
    "abort": Hostile("aborts in compiled code", "crashes Python: Aborted", "import os\n\nos.abort()\n", line=3),
    "killed": Hostile("kills its own process", "crashes Python: Killed", "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n", line=4),
    "endless": Hostile("is never done with being imported", "it has not finished loading after 2 s", "while True:\n    pass\n", line=0, mend="ITWINAI_LOAD_SECONDS"),
    "catches-all": Hostile("is never done, and catches whatever would end it", "it has not finished loading after 2 s", "import time\n\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass\n", line=5, mend="ITWINAI_LOAD_SECONDS"),
    "endless-offers": Hostile("offers use cases without end", "itwinai_use_cases offers more than 1000 objects", HOOK + "def itwinai_use_cases():\n    while True:\n        yield 1\n", line=4),
    "recursion": Hostile("calls itself without end", "RecursionError: ", "def again():\n    again()\n\n\nagain()\n", line=2),
    "misspelt-hook": Hostile("misspells a hook", "the core has no hook 'itwinai_use_case'. Did you mean 'itwinai_use_cases'?", HOOK + "def itwinai_use_case():\n    return []\n", line=4),
    "unmarked-hook": Hostile("forgets @hookimpl", "its function itwinai_use_cases lacks @hookimpl", "def itwinai_use_cases():\n    return []\n"),
    "no-hook": Hostile("implements no hook", "it implements no hook", "x = 1\n"),
    "wrong-arguments": Hostile("asks for an argument that a hook does not hand over", "the core hands no 'usecase' to itwinai_after_fit. Did you mean 'use_case'?", HOOK + "def itwinai_after_fit(usecase, report):\n    pass\n", line=4),
    "wrong-return": Hostile("returns no list", "itwinai_use_cases returns 7, and a list is asked for", HOOK + "def itwinai_use_cases():\n    return 7\n", line=4),
    "forgotten-return": Hostile("forgets to return", "itwinai_use_cases returns None, and a list is asked for", HOOK + "def itwinai_use_cases():\n    pass\n", line=4),
    "wrong-objects": Hostile("offers objects of another kind", "it offers 'tides' where a UseCase is asked for", HOOK + "def itwinai_use_cases():\n    return ['tides']\n", line=4),
    "offers-class": Hostile("offers a class instead of its instance", "where a UseCase is asked for, not the class itself", USE_CASE.replace("[UseCase()]", "[UseCase]"), line=22),
    "unfinished": Hostile("leaves out a method of the contract", "TypeError: Can't instantiate abstract class UseCase", USE_CASE.replace("build_model", "build_net"), line=24),
    "wrong-signature": Hostile("takes other arguments than the contract says", "UseCase.build_data must take (self, run)", USE_CASE.replace("build_data(self, run)", "build_data(self)"), line=15),
    "bad-name": Hostile("gives its use case a name that nobody can type", "UseCase.name is 'Storm Surge'", USE_CASE.replace("{name}", "Storm Surge"), line=8),
    "generator": Hostile("raises half way through what it offers", "ZeroDivisionError: division by zero", HOOK + "def itwinai_use_cases():\n    yield 1 / 0\n", line=6),
    "name-taken": Hostile("takes the name of a use case that another plugin has", "its use case 'tides' is offered by itwinai-tides 1.0 already", USE_CASE.replace("{name}", "tides"), line=11, mend="pip uninstall itwinai-name-taken"),
    "strategy-taken": Hostile("takes the name of a strategy of the core", "its strategy 'auto for lightning' is offered by the core already", "from itwinai_core import Strategy, hookimpl\n\n\nclass Auto(Strategy):\n    name = 'auto'\n    engine = 'lightning'\n    summary = 'Mine'\n\n    def build(self, options):\n        return 'auto'\n\n\n@hookimpl\ndef itwinai_strategies():\n    return [Auto()]\n", line=5, mend="pip uninstall itwinai-strategy-taken"),
    "verb-taken": Hostile("takes a verb of the program", "its command 'fit' is offered by the core already", "import click\nfrom itwinai_core import hookimpl\n\n\n@hookimpl\ndef itwinai_commands():\n    return [click.Command('fit')]\n", line=7, mend="pip uninstall itwinai-verb-taken"),
    "api-range": Hostile("was written for a later API", "it was written for API >=2,<3 of the core, and this core serves API 0.1", "\nITWINAI_API = '>=2,<3'\nfrom itwinai_core import Pipeline\n", line=2, mend="pip install --upgrade itwinai-api-range itwinai-core"),
    "core-range": Hostile("requires a later core than is installed", "it was written for itwinai-core <4,>=3, and this is itwinai-core", use_case(), requires=("itwinai-core<4,>=3",), file="METADATA"),
    "missing-dependency": Hostile("imports a package that is not installed", "it needs the module 'xarray_on_the_moon', which is not installed", "import xarray_on_the_moon\n", mend="pip install xarray-on-the-moon"),
    "missing-requirement": Hostile("requires a package that is not installed", "it needs 'frobnicate>=2', which is not installed", use_case(), requires=("itwinai-core>=0.1,<0.2", "frobnicate>=2"), file="METADATA", mend="pip install 'frobnicate>=2'"),
    "missing-module": Hostile("lacks a module in its wheel", "its module 'itwinai_missing_module.settings' is not in the package", "from itwinai_missing_module.settings import Settings\n"),
    "empty-wheel": Hostile("has a wheel without its package", "its wheel holds no module 'itwinai_empty_wheel'", "", points="{name} = itwinai_empty_wheel.plugin", modules={"../other/__init__.py": ""}, file="entry_points.txt", line=0),
    "two-entry-points": Hostile("declares two entry points", "it declares 2 entry points (first, second)", use_case(), points="first = {package}.plugin\nsecond = {package}.plugin", file="entry_points.txt", line=3),
    "no-module": Hostile("has an entry point that names no module", "names no module", use_case(), points="{name} = not a module!", file="entry_points.txt", line=2),
    "noise": Hostile("prints when it is imported and when the program ends, and otherwise works", "", use_case("import atexit\nimport os\n\nprint('NOISE of a print')\nos.write(1, b'NOISE of a write')\nos.system('echo NOISE of a shell; echo NOISE >&2')\natexit.register(print, 'NOISE at exit')\n")),
    "asks": Hostile("waits for an answer on standard input", "EOFError: EOF when reading a line", "answer = input('Continue? ')\n"),
    "patches-core": Hostile("replaces a function of the core", "loading it replaces itwinai_core.fit.fit", use_case("import itwinai_core.fit\n\nitwinai_core.fit.fit = None\n"), line=1),
    "patches-class": Hostile("replaces a method of the core", "loading it replaces itwinai_core.run_folder.RunFolder.create", use_case("from itwinai_core.run_folder import RunFolder\n\nRunFolder.create = None\n"), line=3),
    "patches-python": Hostile("replaces a function of Python", "loading it replaces builtins.print", use_case("import builtins\n\nbuiltins.print = None\n"), line=3),
    "moves": Hostile("changes the working directory", "loading it changes the working directory to /", use_case("import os\n\nos.chdir('/')\n"), line=3),
    "deaf": Hostile("switches Ctrl-C off", "loading it takes over the signals that end a command", use_case("import signal\n\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"), line=3),
    "thread": Hostile("starts a thread that never ends", "loading it starts a thread that keeps the program from ending", use_case("import threading\nimport time\n\nthreading.Thread(target=time.sleep, args=(10**6,)).start()\n"), line=4),
    "forks": Hostile("forks the program", "loading it makes a copy of the process", use_case("import os\n\nos.fork()\n"), line=3),
    "closes": Hostile("closes all files of the process", "loading it closes files that are not its own", use_case("import os\n\nos.closerange(3, 256)\n"), line=3),
    "path": Hostile("empties the path on which modules are found", "loading it takes folders off the path", use_case("", "\nimport sys\n\nsys.path.clear()\n"), line=28),
    "circular": Hostile("imports itself in a circle", "partially initialized module", "from itwinai_circular.other import Y\n\nX = 1\n", modules={"other.py": "from itwinai_circular.plugin import X\n\nY = 1\n"}, file="other.py"),
    "asks-for-plugins": Hostile("asks for the plugins while it is one of them", "A plugin asks for the installed plugins while it is loaded", "from itwinai_core.cli import installed\n\ninstalled()\n", line=3),
    "runs-itself": Hostile("runs the program while the program loads it", "CalledProcessError: ", "import subprocess\nimport sys\n\nsubprocess.run([sys.executable, '-m', 'itwinai_core', 'list-plugins'], check=True)\n", line=4),
    "framework": Hostile("imports a framework at the start", "it imports torch while it is loaded", use_case("import torch\n\n"), line=1, mend="import it inside the method that needs it"),
    "guarded-framework": Hostile("imports a framework at the start, where it can", "it imports keras while it is loaded", use_case("try:\n    import keras\nexcept ImportError:\n    keras = None\n"), line=2, mend="import it inside the method that needs it"),
    "stale-metadata": Hostile("was removed by hand, and left its metadata", "its metadata are left of a package whose module 'itwinai_stale_metadata' is gone", use_case(), removed=("{package}",), line=0, file="itwinai_stale_metadata-1.0.dist-info", mend="pip uninstall itwinai-stale-metadata"),
    "stale-without-record": Hostile("was removed by hand, and left its metadata but for the list of its files", "its metadata are left of a package", use_case(), removed=("{package}", "{package}-1.0.dist-info/RECORD"), line=0, file="itwinai_stale_without_record-1.0.dist-info", mend="rm -r '"),
    "no-metadata": Hostile("lost the file that says what it is", "", use_case(), removed=("{package}-1.0.dist-info/METADATA",)),
}  # fmt: skip
