"""Both use cases through the program, as a user types it: a small fit, real data, and files that do not serve."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

pytestmark = [
    pytest.mark.slow,
    # The sample of ERA5 carries a description that is no part of Zarr.
    pytest.mark.filterwarnings("ignore:Object at sample_info.json is not recognized"),
]

SMALL = {
    "virgo": ["settings.data.seconds=240", "fit.epochs=1"],
    "cyclones": [
        "settings.data.variables=[msl, wind_speed]",
        "settings.data.train_fields=6",
        "settings.data.validation_fields=3",
        "settings.data.test_fields=3",
        "settings.detection.test_globes=1",
        "fit.epochs=1",
    ],
}


def itwinai(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "itwinai_core", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Fit both use cases once, small, and return the folder that holds their runs."""
    folder = tmp_path_factory.mktemp("fitted")
    for use_case, settings in SMALL.items():
        result = itwinai(folder, "fit", use_case, *settings, "--name", use_case)
        assert result.returncode == 0, result.stderr
        assert "Traceback" not in result.stderr
    return folder


def sample(use_case: str, name: str) -> Path:
    from itwinai_core.plugins import Plugins

    return Plugins().use_case(use_case).samples()[name]


@pytest.mark.parametrize("use_case", SMALL)
def test_a_fit_leaves_report_curves_and_both_checkpoints(fitted, use_case):
    folder = fitted / "runs" / use_case
    report = json.loads((folder / "report.json").read_text())
    assert all((folder / path).is_file() for path in report["checkpoints"].values())
    assert all((folder / path).is_file() for path in report["artefacts"])
    assert {"test/loss", "validation/loss", "train/loss"} <= set(report["metrics"])
    assert (folder / "curves.png").stat().st_size > 5_000


@pytest.mark.parametrize("use_case", SMALL)
def test_an_evaluation_repeats_the_report(fitted, use_case):
    assert itwinai(fitted, "evaluate", use_case).returncode == 0
    folder = fitted / "runs" / use_case
    reported = json.loads((folder / "report.json").read_text())["metrics"]
    again = json.loads((folder / "evaluation.json").read_text())["metrics"]
    assert again == pytest.approx({name: reported[name] for name in again}, rel=1e-5, abs=1e-6)


def test_real_virgo_strain_gives_a_scan_and_a_picture(fitted):
    result = itwinai(fitted, "predict", "virgo", "sample:gw170814", "--output", "scan")
    assert result.returncode == 0, result.stderr
    assert "loudest tile at GPS 11867418" in result.stdout
    assert {path.name for path in (fitted / "scan").iterdir()} == {"qscan.h5", "qscan.png"}


def test_held_out_strain_with_witnesses_gives_an_estimate_too(fitted):
    result = itwinai(fitted, "predict", "virgo", "runs/virgo/artefacts/held-out.h5", "--output", "estimate")
    assert result.returncode == 0, result.stderr
    assert {"estimate.h5", "estimate.png"} <= {path.name for path in (fitted / "estimate").iterdir()}


def test_real_era5_gives_centres_and_a_map(fitted):
    fields = xr.open_zarr(sample("cyclones", "era5"), consolidated=False)
    # Two of its times: the whole week takes a minute.
    fields.isel(time_index=slice(4, 6)).drop_encoding().to_zarr(fitted / "era5.zarr", zarr_format=2, consolidated=True)
    result = itwinai(fitted, "predict", "cyclones", "era5.zarr", "--output", "centres")
    assert result.returncode == 0, result.stderr
    with (fitted / "centres" / "centres.csv").open(newline="") as file:
        assert {"time", "latitude", "longitude"} <= set(csv.DictReader(file).fieldnames)
    assert (fitted / "centres" / "map.png").stat().st_size > 20_000


def broken_inputs(folder: Path) -> dict[str, tuple[str, Path, str]]:
    """Return a use case, a file that it cannot take, and what the message must name."""
    strain, era5 = sample("virgo", "gw170814"), sample("cyclones", "era5")
    short = folder / "short.hdf5"
    short.write_bytes(strain.read_bytes()[:100_000])
    gap = folder / "gap.hdf5"
    shutil.copy(strain, gap)
    gap.chmod(0o644)
    with h5py.File(gap, "r+") as file:
        file["strain/Strain"][...] = np.nan
    text = folder / "notes.txt"
    text.write_text("no data\n")
    fields = xr.open_zarr(era5, consolidated=False)
    lacking = folder / "lacking.zarr"
    fields.drop_vars("msl").isel(time_index=slice(1)).drop_encoding().to_zarr(lacking, zarr_format=2, consolidated=True)
    part = folder / "half.nc"
    fields.isel(time_index=slice(1)).drop_encoding().to_netcdf(part)
    part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    return {
        "truncated HDF5": ("virgo", short, "damaged or cut short"),
        "gaps alone for strain": ("virgo", gap, "none of its 131072 samples is a number"),
        "text for strain": ("virgo", text, "line 1 holds 'no', which is not a number"),
        "fields for strain": ("virgo", era5, "era5_sample.zarr"),
        "missing strain": ("virgo", folder / "absent.hdf5", "There is no file"),
        "Zarr without a variable": ("cyclones", lacking, "msl"),
        "half a netCDF": ("cyclones", part, "half.nc"),
        "text for fields": ("cyclones", text, "notes.txt"),
        "strain for fields": ("cyclones", strain, strain.name),
        "missing fields": ("cyclones", folder / "absent.zarr", "There is no file"),
    }


CASES = [
    "truncated HDF5",
    "gaps alone for strain",
    "text for strain",
    "fields for strain",
    "missing strain",
    "Zarr without a variable",
    "half a netCDF",
    "text for fields",
    "strain for fields",
    "missing fields",
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    return broken_inputs(tmp_path_factory.mktemp("broken"))


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_does_not_serve_is_one_message_and_leaves_nothing(fitted, broken, case):
    use_case, path, said = broken[case]
    result = itwinai(fitted, "predict", use_case, str(path), "--output", "never")
    assert result.returncode == 2, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 6
    assert not (fitted / "never").exists()
    assert not list(fitted.glob(".never*"))
