"""A plugin's code enters the core by its front door, and leaves the shared generators to the core."""

import pytest
from small_plugins import FILES, told

from itwinai_core.testing.static import metadata, sources
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.promises import beside_the_door, seeded_for_all


@pytest.fixture
def code(tmp_path):
    """Return a function that reads a package of one module."""

    def read(text):
        (tmp_path / "tides").mkdir()
        (tmp_path / "tides" / "data.py").write_text(text)
        return Code.read(tmp_path / "tides")

    return read


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("from itwinai_core.engines import engine", "imports itwinai_core.engines, a room of the core that may change"),
        ("import itwinai_core.fit", "imports itwinai_core.fit, a room of the core that may change"),
        ("from itwinai_core import Trackers", "promises no such name. Did you mean 'Tracker'?"),
        ("from itwinai_core import fit", "imports 'fit' from itwinai_core, which promises no such name"),
        ("def later():\n    from itwinai_core.order import stack", "tides/data.py:2 imports itwinai_core.order"),
    ],
)
def test_another_way_into_the_core_than_its_front_door_is_named(code, line, words):
    assert words in told(beside_the_door(code(line)))


@pytest.mark.parametrize(
    "line",
    [
        "from itwinai_core import Config, DataSplits, track",
        "import itwinai_core",
        "from itwinai_core.testing import check_plugin",
        "try:\n    from itwinai_core.order import stack\nexcept ImportError:\n    stack = None",
        "import itwinai_corelli",
    ],
)
def test_the_front_door_may_be_used(code, line):
    assert told(beside_the_door(code(line))) == ""


@pytest.mark.parametrize(
    "line",
    [
        "np.random.seed(0)",
        "random.seed(1)",
        "torch.manual_seed(0)",
        "torch.cuda.manual_seed_all(0)",
        "tf.random.set_seed(42)",
        "keras.utils.set_random_seed(812)",
        "seed_everything(seed=3)",
        "from torch import manual_seed\nmanual_seed(3)",
        "def build():\n    pl.seed_everything(3, workers=True)",
    ],
)
def test_seeding_what_is_shared_by_a_number_is_named(code, line):
    assert "seeds the generators of the whole program by a number" in told(seeded_for_all(code(line)))


@pytest.mark.parametrize(
    "line",
    [
        "np.random.seed(seed)",
        "torch.manual_seed(run.seed)",
        "generator.seed(3)",
        "torch.Generator().manual_seed(3)",
        "generator.manual_seed(3)",
        "random.Random(3)",
        "np.random.default_rng(3)",
        "seed_everything()",
        'if __name__ == "__main__":\n    np.random.seed(0)',
    ],
)
def test_other_seeds_are_no_fault(code, line):
    assert told(seeded_for_all(code(line))) == ""


def test_both_are_a_part_of_a_check(small):
    text = FILES["small/data.py"].replace(
        '    """Return points of a part."""\n', "    from itwinai_core.order import stack\n\n    np.random.seed(0)\n"
    )
    subject = small({"small/data.py": text})
    assert "a room of the core" in told(metadata.find(subject))
    assert "by a number" in told(sources.find(subject))
