"""The use case keeps the core's contract, and learns end to end."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from lightning.pytorch import LightningModule

from itwinai_core import DataSplits, LightningUseCase, RunConfig
from itwinai_virgo.plugin import Virgo, itwinai_use_cases
from itwinai_virgo.settings import VirgoSettings


@pytest.fixture(scope="module")
def use_case():
    """Return the use case that the plugin offers."""
    return Virgo()


def test_the_plugin_offers_virgo():
    (offered,) = itwinai_use_cases()
    assert isinstance(offered, LightningUseCase)
    assert offered.name == "virgo"
    assert "\n" not in offered.summary
    assert offered.settings is VirgoSettings


def test_the_entry_point_leads_to_the_plugin():
    from importlib.metadata import entry_points

    (found,) = entry_points(group="itwinai", name="virgo")
    assert found.load().itwinai_use_cases is itwinai_use_cases


def test_defaults_fit_the_cores_sections(use_case):
    run = RunConfig[VirgoSettings].model_validate({"use_case": "virgo", "settings": {}, **use_case.defaults})
    assert run.fit.epochs > 1
    assert run.fit.batch_size > 1


def test_the_quick_run_has_a_batch_of_images_of_every_part(use_case):
    run = RunConfig[VirgoSettings].model_validate({"use_case": "virgo", **use_case.defaults, **use_case.quick})
    splits = use_case.build_data(run)
    assert len(splits.train) >= run.fit.batch_size
    assert len(splits.validation) >= 2
    assert len(splits.test) >= 2
    assert splits.train.strain.nbytes < 1e6


def test_data_and_model_fit_each_other(use_case, small_run):
    splits = use_case.build_data(small_run)
    model = use_case.build_model(small_run)
    assert isinstance(splits, DataSplits)
    assert isinstance(model, LightningModule)
    use_case.adapt(small_run, model, splits.train)
    assert float(model.strain_deviation) == pytest.approx(splits.train.strain.std(), rel=1e-5)


def test_the_sample_is_real_strain_of_virgo_around_gw170814(use_case):
    path = Path(use_case.samples()["gw170814"])
    with h5py.File(path) as file:
        assert file["meta/Detector"][()] == b"V1"
        start, seconds = file["meta/GPSstart"][()], file["meta/Duration"][()]
        assert start < 1186741861.5 < start + seconds
        assert np.isfinite(file["strain/Strain"][()]).all()


def test_what_ships_is_small_and_says_where_it_is_from(use_case):
    folder = Path(use_case.samples()["gw170814"]).parent
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_200_000
    readme = (folder / "README.md").read_text()
    for path in folder.glob("*.hdf5"):
        assert path.name in readme
    assert "CC BY 4.0" in readme
    assert "P2000251" in readme


@pytest.mark.slow
def test_a_short_fit_beats_the_constant_and_its_run_reads_real_and_held_out_strain(tmp_path, monkeypatch, capsys):
    from itwinai_core.cli import main

    def itwinai(*arguments):
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        assert left.value.code == 0

    monkeypatch.chdir(tmp_path)
    itwinai("fit", "virgo", "settings.data.seconds=500", "fit.epochs=3", "fit.batch_size=4")
    (run,) = tmp_path.glob("runs/*")
    metrics = json.loads((run / "report.json").read_text())["metrics"]
    assert metrics["test/skill"] > 0.05
    assert (run / "artefacts" / "cases.png").is_file()
    capsys.readouterr()
    itwinai("predict", str(run), "sample:gw170814")
    assert "loudest tile at GPS" in capsys.readouterr().out
    itwinai("predict", str(run), str(run / "artefacts" / "held-out.h5"))
    assert "cleaned by 3 witnesses in" in capsys.readouterr().out
