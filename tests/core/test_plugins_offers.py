"""What a module offers through its hooks is taken as a whole, or refused with the function or class to blame."""

import types

import click
import pluggy
import pytest
from toys import KerasLine, TorchLine

from itwinai_core import Config, LightningUseCase, Strategy, Tracker, hookimpl, hookspecs
from itwinai_core.plugins.offers import MOST, MisfitError, check_hooks, read_offers


class Single(Strategy):
    """A strategy as it should be."""

    name, engine, summary = "single", "lightning", "One device"

    def build(self, options):
        return "auto"


class Memory(Tracker):
    """A tracker as it should be."""

    name = "memory"

    def start(self, run, folder):
        pass

    def log(self, metrics, *, epoch, step):
        pass

    def finish(self, state):
        pass


def module(**hooks):
    """Return a module with these hooks; a function is an implementation, anything else is what it returns."""
    made = types.ModuleType("guest")
    for name, offered in hooks.items():
        function = offered if callable(offered) else lambda offered=offered: offered
        function.__module__ = "guest"
        setattr(made, f"itwinai_{name}", hookimpl(function))
    return made


def offers(guest):
    """Return what a module offers, after the checks that every plugin goes through."""
    manager = pluggy.PluginManager("itwinai")
    manager.add_hookspecs(hookspecs)
    check_hooks(guest, manager)
    manager.register(guest)
    return read_offers(guest, manager)


def refused(guest):
    """Return why a module is refused, and what is to blame."""
    with pytest.raises(MisfitError) as caught:
        offers(guest)
    return str(caught.value), caught.value.culprit


def test_all_kinds_of_offers_are_taken_with_their_names():
    names = offers(
        module(
            use_cases=[TorchLine(), KerasLine()],
            strategies=(Single(),),
            trackers={Memory},
            commands=[click.Command("greet"), click.Group("sea")],
        )
    ).names()
    assert [(offered.name, offered.engine) for offered in names.use_cases] == [
        ("torch-line", "lightning"),
        ("keras-line", "keras"),
    ]
    assert names.strategies == (("single", "lightning"),)
    assert names.trackers == ("memory",)
    assert names.commands == ("greet", "sea")
    assert len(list(names.claims())) == 6


def test_a_generator_is_a_list_as_well():
    def generate():
        yield TorchLine()
        yield KerasLine()

    assert len(offers(module(use_cases=generate)).use_cases) == 2


def test_observers_alone_are_a_plugin():
    made = types.ModuleType("guest")
    made.itwinai_after_fit = hookimpl(lambda report: None)
    assert offers(made).names().use_cases == ()


@pytest.mark.parametrize("answer", [None, 7, "tides", b"waves", {"tides": 1}, TorchLine()])
def test_what_is_no_list_is_refused(answer):
    reason, _ = refused(module(use_cases=answer))
    assert "and a list is asked for" in reason
    assert "itwinai_use_cases returns" in reason


def test_a_coroutine_is_refused_and_closed():
    async def later():
        return []

    assert "a list is asked for" in refused(module(use_cases=later))[0]


def test_offers_without_end_are_cut_off():
    def forever():
        while True:
            yield TorchLine()

    assert refused(module(use_cases=forever))[0] == f"itwinai_use_cases offers more than {MOST} objects"


@pytest.mark.parametrize(
    ("hook", "offered", "reason"),
    [
        ("use_cases", [TorchLine], "where a UseCase is asked for, not the class itself"),
        ("use_cases", [Single()], "where a UseCase is asked for"),
        ("strategies", [Single], "where a Strategy is asked for, not the class itself"),
        ("strategies", [TorchLine()], "where a Strategy is asked for"),
        ("trackers", [Memory()], "where a subclass of Tracker is asked for"),
        ("trackers", [Single], "where a subclass of Tracker is asked for"),
        ("commands", [print], "where a Command is asked for"),
        ("commands", [click.Command(None)], "its command's name is None"),
        ("commands", [click.Command("Say Hello")], "its command's name is 'Say Hello'"),
    ],
)
def test_objects_of_another_kind_are_refused(hook, offered, reason):
    assert reason in refused(module(**{hook: offered}))[0]


def changed(base, **attributes):
    """Return an instance of a class with other attributes."""
    return type("Changed", (base,), attributes)()


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"name": "Storm Surge"}, "Changed.name is 'Storm Surge'"),
        ({"name": ""}, "Changed.name is ''"),
        ({"name": 3}, "Changed.name is 3"),
        ({"name": "1st"}, "a letter first"),
        ({"name": "a" * 65}, "at most 64"),
        ({"name": type("Word", (str,), {})("word")}, "Changed.name is 'word'"),
        ({"summary": "x" * 201}, "at most 200 characters"),
        ({"summary": "\x1b[2J"}, "Changed.summary must say in one line"),
        ({"summary": ""}, "Changed.summary must say in one line"),
        ({"summary": "two\nlines"}, "Changed.summary must say in one line"),
        ({"summary": None}, "Changed.summary must say in one line"),
        ({"engine": "theano"}, "Changed.engine must be one of lightning, keras"),
        ({"settings": dict}, "Changed.settings is <class 'dict'> where a subclass of Config"),
        ({"settings": None}, "Changed.settings is None"),
        ({"defaults": [1]}, "Changed.defaults is [1], and a mapping is asked for"),
        ({"quick": "epochs"}, "Changed.quick is 'epochs', and a mapping is asked for"),
        ({"build_data": None}, "Changed.build_data is None, and a method is asked for"),
        ({"build_data": lambda self: None}, "Changed.build_data must take (self, run)"),
        ({"build_model": lambda self, run, extra: None}, "Changed.build_model must take (self, run)"),
        ({"adapt": lambda self, run: None}, "Changed.adapt must take (self, run, model, train)"),
        ({"assess": lambda self, run, model: None}, "Changed.assess must take (self, run, model, data, folder)"),
        ({"predict": lambda self, run, model, inputs: None}, "must take (self, run, model, inputs, folder)"),
        ({"samples": lambda self, run: {}}, "Changed.samples must take (self)"),
        ({"prepare": lambda self: None}, "Changed.prepare must take (self, run)"),
    ],
)
def test_a_use_case_that_breaks_the_contract_is_refused(attributes, reason):
    assert reason in refused(module(use_cases=[changed(TorchLine, **attributes)]))[0]


def test_a_use_case_may_take_more_than_it_is_handed():
    assert offers(module(use_cases=[changed(TorchLine, build_data=lambda self, run, *, again=False: None)])).use_cases


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"name": None}, "Changed.name is None"),
        ({"engine": "theano"}, "Changed.engine must be one of"),
        ({"build": lambda self: None}, "Changed.build must take (self, options)"),
    ],
)
def test_a_strategy_that_breaks_the_contract_is_refused(attributes, reason):
    assert reason in refused(module(strategies=[changed(Single, **attributes)]))[0]


def test_a_tracker_that_is_not_finished_is_refused():
    class Half(Tracker):
        name = "half"

    assert refused(module(trackers=[Half]))[0].startswith("Half does not implement finish, log, start")


def test_a_name_twice_in_one_plugin_is_refused():
    assert refused(module(use_cases=[TorchLine(), TorchLine()]))[0] == "it offers the use case 'torch-line' 2 times"


def test_a_value_whose_repr_fails_is_named_by_its_kind():
    class Shy:
        def __repr__(self):
            raise ValueError

    assert "it offers a Shy where a UseCase is asked for" in refused(module(use_cases=[Shy()]))[0]


def test_a_long_value_is_cut():
    assert len(refused(module(use_cases=["x" * 1000]))[0]) < 150


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("itwinai_use_case", "the core has no hook 'itwinai_use_case'. Did you mean 'itwinai_use_cases'?"),
        ("itwinai_xyz", "the core has no hook 'itwinai_xyz'."),
    ],
)
def test_a_hook_that_is_not_there_is_refused(name, reason):
    made = types.ModuleType("guest")
    setattr(made, name, hookimpl(lambda: None))
    assert refused(made)[0].startswith(reason)


def test_a_hook_under_another_name_is_told_by_what_it_implements():
    made = types.ModuleType("guest")
    made.observe = hookimpl(specname="itwinai_after_fitt")(lambda: None)
    assert "'itwinai_after_fitt'. Did you mean 'itwinai_after_fit'?" in refused(made)[0]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda usecase: None, "the core hands no 'usecase' to itwinai_before_fit. Did you mean 'use_case'?"),
        (lambda qqq: None, "the core hands no 'qqq' to itwinai_before_fit. It hands over: use_case, run."),
    ],
)
def test_an_argument_that_is_not_handed_over_is_refused(function, reason):
    made = types.ModuleType("guest")
    made.itwinai_before_fit = hookimpl(function)
    found, culprit = refused(made)
    assert found == reason
    assert culprit is function


def test_a_hook_without_its_mark_is_refused():
    made = types.ModuleType("guest")

    def itwinai_use_cases():
        return []

    itwinai_use_cases.__module__ = "guest"
    made.itwinai_use_cases = itwinai_use_cases
    reason, culprit = refused(made)
    assert reason == "its function itwinai_use_cases lacks @hookimpl, so nothing would call it"
    assert culprit is itwinai_use_cases


def test_a_name_that_is_only_imported_is_no_forgotten_mark():
    made = module(use_cases=[TorchLine()])
    made.itwinai_helper = hookspecs.itwinai_strategies
    assert offers(made).use_cases


@pytest.mark.parametrize(
    ("guest", "reason"),
    [
        (types.ModuleType("guest"), "it implements no hook"),
        (object(), "it implements no hook: its entry point names <object object"),
    ],
)
def test_what_implements_no_hook_is_refused(guest, reason):
    assert refused(guest)[0].startswith(reason)


def test_settings_may_be_built_when_they_are_used_and_not_before():
    class Later(Config):
        other: "NoSuchClass"  # noqa: F821 - that is the point

    class Uses(LightningUseCase[Later]):
        name, summary, settings = "uses", "Uses a class that is not there", Later

        def build_data(self, run):
            return None

        def build_model(self, run):
            return None

    assert offers(module(use_cases=[Uses()])).names().use_cases[0].name == "uses"
