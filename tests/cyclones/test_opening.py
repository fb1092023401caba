"""What is no netCDF file or Zarr store, or only half of one, is told with what to do."""

import numpy as np
import pytest

from itwinai_cyclones.fields import Fields
from itwinai_cyclones.opening import Opened, open_dataset
from itwinai_cyclones.quantities import FieldsError


@pytest.fixture
def stored(dataset, tmp_path):
    """Return a Zarr store with a piece for each time and variable."""
    pieces = {name: {"chunks": (1, 91, 180)} for name in dataset.data_vars}
    dataset.to_zarr(tmp_path / "fields.zarr", consolidated=False, encoding=pieces)
    return tmp_path / "fields.zarr"


def pieces_of(stored, variable):
    return sorted(path for path in (stored / variable / "c").rglob("*") if path.is_file())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FieldsError, match=r"There is no file .*nothing\.nc"):
        open_dataset(tmp_path / "nothing.nc")


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "It is empty"),
        (b"GRIB" + bytes(100), "It is GRIB: convert it first"),
        (b"latitude,longitude\n1,2\n", "of another format, or it was cut short"),
        (b"<html>404 Not Found</html>", "of another format, or it was cut short"),
        (bytes(range(256)), "of another format, or it was cut short"),
    ],
)
def test_a_file_that_is_no_netcdf_is_refused_with_what_to_do(tmp_path, content, advice):
    path = tmp_path / "other.nc"
    path.write_bytes(content)
    with pytest.raises(FieldsError, match=r"other\.nc cannot be read as a netCDF file: .*") as error:
        open_dataset(path)
    assert advice in str(error.value)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_half_a_netcdf_file_is_refused(dataset, written, share):
    path = written(dataset)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(FieldsError, match="cut short"):
        Fields([path], ["msl"])


def test_a_damaged_netcdf_file_breaks_off_with_its_name(dataset, tmp_path):
    path = tmp_path / "damaged.nc"
    noise = np.random.default_rng(1).normal(0, 300, dataset.msl.shape).astype("f4")
    dataset = dataset.assign(msl=(dataset.msl + noise).assign_attrs(units="Pa"))[["msl"]]
    dataset.to_netcdf(path, encoding={"msl": {"zlib": True, "chunksizes": (1, 91, 180)}})
    content = bytearray(path.read_bytes())
    content[-40000:-20000] = bytes(20000)
    path.write_bytes(bytes(content))
    with pytest.raises(FieldsError, match=r"damaged\.nc breaks off while reading msl.*\nCopy or download"):
        Fields([path], ["msl"])


def test_a_folder_that_is_no_store_is_refused(tmp_path):
    with pytest.raises(FieldsError, match="cannot be read as a Zarr store"):
        Fields([tmp_path], ["msl"])


def test_a_folder_of_netcdf_files_is_told_from_a_store(dataset, written, tmp_path):
    written(dataset)
    with pytest.raises(FieldsError, match=r"a folder of 1 netCDF files: give .*/\*\.nc"):
        Fields([tmp_path], ["msl"])


@pytest.mark.parametrize("kind", [2, 3])
def test_stores_of_both_formats_are_read(dataset, tmp_path, kind):
    dataset.to_zarr(tmp_path / "fields.zarr", zarr_format=kind, consolidated=False)
    assert Fields([tmp_path / "fields.zarr"], ["msl"]).at(1).shape == (1, 721, 1440)


def test_half_a_store_is_refused_with_how_much_is_absent(stored):
    pieces_of(stored, "msl")[0].unlink()
    with pytest.raises(FieldsError, match="is half a store: of 2 pieces of msl, 1 are not there"):
        Fields([stored], ["msl"])


def test_half_a_store_does_not_matter_where_nobody_reads_it(stored):
    pieces_of(stored, "v10")[0].unlink()
    assert Fields([stored], ["msl", "u10"]).at(0).shape == (2, 721, 1440)


def test_a_piece_that_was_cut_is_refused(stored):
    piece = pieces_of(stored, "msl")[1]
    piece.write_bytes(piece.read_bytes()[:50])
    with pytest.raises(FieldsError, match=r"fields\.zarr breaks off while reading msl"):
        Fields([stored], ["msl"])


def test_a_store_with_a_broken_note_is_refused(stored):
    (stored / "msl" / "zarr.json").write_text("{")
    with pytest.raises(FieldsError, match="cannot be read as a Zarr store"):
        Fields([stored], ["msl"])


def test_a_sharded_store_is_whole(dataset, tmp_path):
    path = tmp_path / "sharded.zarr"
    dataset.to_zarr(path, consolidated=False, encoding={"msl": {"chunks": (1, 91, 90), "shards": (2, 91, 180)}})
    assert Fields([path], ["msl"]).at(1).shape == (1, 721, 1440)


def test_only_the_last_few_files_stay_open(dataset, written):
    paths = [written(dataset, f"{number}.nc") for number in range(5)]
    opened = Opened(most=2)
    first = opened(paths[0])
    assert opened(paths[0]) is first
    for path in paths[1:]:
        opened(path)
    assert opened(paths[4]) is opened(paths[4])
    assert opened(paths[0]) is not first
