"""A use case says what it is, and has the methods that the core calls, as the core calls them."""

import pytest
from small_plugins import PLUGIN, told

from itwinai_core.testing.static.hooks import find


def with_method(text):
    """Return the files of a plugin whose use case has one more method or attribute."""
    settings = "    settings = Settings\n"
    return {"small/plugin.py": PLUGIN.replace(settings, f"{settings}\n    {text}\n")}


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ("Trains a small thing.", "ends in a full stop"),
        ("Trains  a small thing ", "has spaces to spare"),
        ("Small", "Say in one line what is trained"),
        ("The small small", "Say in one line what is trained"),
        ("Trains a small thing " * 8 + "now", "letters"),
    ],
)
def test_a_summary_is_a_line_that_says_something(small, summary, words):
    name = {"The small small": "the-small"}.get(summary, "small")
    files = {"small/plugin.py": PLUGIN.replace("Trains a small thing", summary).replace('"small"', f'"{name}"')}
    assert words in told(find(small(files)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("defaults = {'fit': {'epoch': 3}}", "Small.defaults does not fit a run: fit.epoch: "),
        ("defaults = {'fit': {'epochs': 0}}", "fit.epochs"),
        ("quick = {'settings': {'sizes': 1}}", "Small.quick does not fit a run: settings.sizes: "),
        ("defaults = {'strategy': {'name': 'dpp'}}", "no lightning strategy is called 'dpp'"),
        ("defaults = {'fit': {'trackers': ['wandbb']}}", "no tracker is called 'wandbb'"),
        ("defaults = ['fit']", "defaults"),
        ("def prepare(self):\n        pass", "prepare"),
        (
            "def assess(self, run, data, model, folder):\n        return {}",
            "Write def assess(self, run, model, data, folder)",
        ),
        (
            "def assess(self, run, model, samples, folder):\n        return {}",
            "takes (self, run, model, samples, folder)",
        ),
        ("async def prepare(self, run):\n        pass", "is async, and the core does not wait for it"),
        ("@property\n    def samples(self):\n        return {}", "samples"),
        ("@staticmethod\n    def samples():\n        return {}", "is staticmethod, and a plain method is asked for"),
        ("def samples(self):\n        return {'real': 'real.csv'}", "Give it as a pathlib.Path"),
        (
            "def samples(self):\n        return {'real': 'real.csv'}",
            "offers 'real' to predict, and Small has no predict",
        ),
        ("def samples(self):\n        raise OSError('gone')", "samples() raises OSError: gone"),
        (
            "def samples(self):\n        from pathlib import Path\n\n        return {'real': Path('/nowhere/x.csv')}",
            "offers 'real' at /nowhere/x.csv, where there is nothing",
        ),
        ("def asses(self, run, model, data, folder):\n        return {}", "Did you mean 'assess'?"),
        ("def prepare_data(self, run):\n        pass", "Did you mean 'prepare'?"),
        ("def evaluate(self, run, model, data, folder):\n        return {}", "Did you mean 'assess'?"),
        ("default = {'fit': {'epochs': 3}}", "Did you mean 'defaults'?"),
    ],
)
def test_a_use_case_that_keeps_its_contract_only_nearly_is_named(small, text, words):
    assert words in told(find(small(with_method(text))))


@pytest.mark.parametrize(
    "text",
    [
        "defaults = {'fit': {'epochs': 3, 'batch_size': 8}, 'seed': 3}",
        "quick = {'settings': {'size': 2}}",
        "def prepare(self, _run):\n        pass",
        "def assess(self, run, model, data, folder, *, most=3):\n        return {}",
        "def assess(self, *handed):\n        return {}",
        (
            "def samples(self):\n        from pathlib import Path\n\n        return {'self': Path(__file__)}\n\n"
            "    def predict(self, run, model, inputs, folder):\n        return ['done']"
        ),
        "def build_points(self, run):\n        return self.build_data(run)",
        "def evaluate(self):\n        return 1\n\n    def use(self):\n        return self.evaluate()",
        "def _asses(self):\n        return 1",
    ],
)
def test_what_a_use_case_may_have_is_no_fault(small, text):
    assert find(small(with_method(text))) == []


def test_a_method_of_a_base_class_of_the_plugin_is_looked_at_too(small):
    shared = PLUGIN.replace(
        "class Small(", "class Shared:\n    def adapt(self, run, train, model):\n        pass\n\n\nclass Small(Shared, "
    )
    assert "Shared.adapt takes (self, run, train, model)" in told(find(small({"small/plugin.py": shared})))


def test_settings_are_the_same_class_in_both_places(small):
    two = PLUGIN.replace("class Small(", 'class Other(Config):\n    """Others."""\n\n\nclass Small(').replace(
        "LightningUseCase[Settings]", "LightningUseCase[Other]"
    )
    assert "says Other in its base, and settings = Settings" in told(find(small({"small/plugin.py": two})))


def test_settings_are_a_class_of_the_plugin(small):
    bare = PLUGIN.replace("LightningUseCase[Settings]", "LightningUseCase[Config]").replace("= Settings", "= Config")
    assert "settings is Config itself" in told(find(small({"small/plugin.py": bare})))
