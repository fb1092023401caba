"""A classic netCDF file that was cut is told by its length, whatever it holds."""

import netCDF4
import numpy as np
import pytest

from itwinai_cyclones.classic import missing_bytes
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.quantities import FieldsError

KINDS = ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"]


def write(path, kind, types, unlimited, columns=7):
    """Write variables of these types, with attributes of odd lengths."""
    with netCDF4.Dataset(path, "w", format=kind) as file:
        file.history = "made by a test"
        file.createDimension("time", None if unlimited else 3)
        file.createDimension("column", columns)
        for number, kind_of in enumerate(types):
            variable = file.createVariable(f"v{number}", kind_of, ("time", "column"))
            variable.setncattr("note", "x" * number)
            variable.setncattr("levels", np.arange(number + 1, dtype="i2"))
            variable[:] = np.ones((3, columns))
    return path.stat().st_size


@pytest.mark.parametrize("unlimited", [False, True])
@pytest.mark.parametrize("types", [["f4"], ["i2"], ["i2", "f8"], ["i1", "i2", "f4", "f8"]])
@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_lacks_nothing(tmp_path, kind, types, unlimited):
    write(tmp_path / "a.nc", kind, types, unlimited)
    assert missing_bytes(tmp_path / "a.nc") == 0


@pytest.mark.parametrize("unlimited", [False, True])
@pytest.mark.parametrize("types", [["f4"], ["i2", "f8"]])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_off_is_counted(tmp_path, kind, types, unlimited):
    path = tmp_path / "a.nc"
    size = write(path, kind, types, unlimited)
    path.write_bytes(path.read_bytes()[:-40])
    # Padding behind the last value, of up to three bytes, is no loss.
    assert 37 <= missing_bytes(path) <= 40
    assert size - path.stat().st_size == 40


@pytest.mark.parametrize("length", [6, 30, 100])
def test_a_file_that_ends_within_its_head_is_told(tmp_path, length):
    path = tmp_path / "a.nc"
    write(path, KINDS[0], ["f4"], unlimited=True)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="ends within its head"):
        missing_bytes(path)


@pytest.mark.parametrize("content", [b"", b"CDF", b"CDF\x07 and more", b"\x89HDF\r\n\x1a\n" + bytes(64), b"text"])
def test_other_formats_are_left_to_their_readers(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    assert missing_bytes(tmp_path / "other") == 0


@pytest.mark.parametrize("share", [0.3, 0.5, 0.999])
@pytest.mark.parametrize("unlimited", [[], ["time"]])
def test_half_a_classic_file_is_refused(dataset, tmp_path, unlimited, share):
    path = tmp_path / "half.nc"
    dataset.to_netcdf(path, format="NETCDF3_64BIT", unlimited_dims=unlimited)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(FieldsError, match=r"half\.nc was cut short: its last \d+ bytes are not there"):
        Fields([path], ["msl"])
