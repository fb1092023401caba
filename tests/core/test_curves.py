"""The picture of a run's curves is a picture, whatever metrics there are."""

import numpy as np
import pytest
from PIL import Image

from itwinai_core.curves import draw_curves


@pytest.mark.parametrize(
    "text",
    [
        "epoch,step,train/loss,validation/loss\n1,2,3.0,4.0\n",
        (
            "epoch,step,train/loss,validation/loss,train/mae,validation/mae,validation/a,validation/b\n"
            "1,2,3,4,5,6,7,8\n2,4,2,3,4,5,,7\n3,6,1,2,3,4,5,nan\n"
        ),
    ],
)
def test_curves_are_drawn(tmp_path, text):
    (tmp_path / "metrics.csv").write_text(text)
    draw_curves(tmp_path / "metrics.csv", tmp_path / "curves.png", title="A run", best_epoch=1)
    with Image.open(tmp_path / "curves.png") as opened:
        picture = np.asarray(opened.convert("L"))
    assert min(picture.shape) > 300
    assert picture.std() > 5  # something is drawn


def test_more_metrics_make_a_larger_picture(tmp_path):
    sizes = []
    for names in (["loss"], ["loss", "mae", "ssim", "iou"]):
        (tmp_path / "metrics.csv").write_text(
            f"epoch,step,{','.join(f'train/{n}' for n in names)}\n1,1" + ",1" * len(names)
        )
        draw_curves(tmp_path / "metrics.csv", tmp_path / "c.png", title="", best_epoch=0)
        with Image.open(tmp_path / "c.png") as picture:
            sizes.append(picture.size)
    assert sizes[1][0] > sizes[0][0]
    assert sizes[1][1] > sizes[0][1]
