"""A report is plain JSON, with null for what is not a number."""

import json
import math

from itwinai_core import Report
from itwinai_core.environment import describe_environment


def test_what_is_not_a_number_becomes_null():
    report = Report(
        use_case="toy",
        started="2026-01-01T00:00:00+00:00",
        duration=1.0,
        epochs=1,
        best_epoch=1,
        stopped_early=False,
        parameters=1,
        samples={},
        metrics={"test/loss": math.nan, "test/skill": -math.inf, "test/mae": 0.5},
        checkpoints={},
    )
    text = json.dumps(report.as_dict(), allow_nan=False)
    assert json.loads(text)["metrics"] == {"test/loss": None, "test/skill": None, "test/mae": 0.5}


def test_packages_that_are_not_installed_are_left_out():
    packages = describe_environment(["numpy", "no-such-package"])["packages"]
    assert list(packages) == ["numpy"]
