"""Group normalisation that is quick where the channels of a pixel lie side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

ROW = 512
"""Numbers of a row that sums and products run over; more do not make them quicker."""

SMALL = 256
"""Number of pixels below which PyTorch's own normalisation is the quicker one."""


class GroupNorm(nn.GroupNorm):
    """Group normalisation as PyTorch's, with other sums for images in ``channels_last`` on a CPU.

    PyTorch's own sums then run over the few channels of a group at a time. In bfloat16, with 18 channels of 64 x 64
    pixels, they take five times as long as these, and with a group for each of 256 channels eighteen times as long.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - PyTorch's name
        """Return images with mean 0 and deviation 1 in each group of channels, then scaled and shifted by channel.

        Args:
            input: Shape ``(B, C, F, T)``.
        """
        last = input.is_contiguous(memory_format=torch.channels_last) and not input.is_contiguous()
        if not last or input.device.type != "cpu" or input[0, 0].numel() < SMALL:
            return super().forward(input)
        rows = _Rows(input, self.num_groups, self.eps)
        return cast("Tensor", _ChannelsLast.apply(input, self.weight, self.bias, rows))  # type: ignore[no-untyped-call]


def instance_norm(channels: int) -> GroupNorm:
    """Return a normalisation of each channel of each image by itself, without scale and shift to learn.

    Source:
        Ulyanov et al. (2016), arXiv:1607.08022.
    """
    return GroupNorm(channels, channels, affine=False)


class _ChannelsLast(torch.autograd.Function):
    """Group normalisation as sums and products over long rows, in float32 whatever the images are kept in."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor | None, bias: Tensor | None, rows: _Rows) -> Tensor:
        values = rows.of(images)
        mean = rows.group_mean(rows.by_channel(values))
        values = values - rows.spread(mean)
        scale = (rows.group_mean(rows.by_channel(values.square())) + rows.eps).rsqrt()
        ctx.save_for_backward(images, weight, mean, scale)
        ctx.rows = rows
        factor = rows.spread(scale if weight is None else scale * weight)
        if bias is None:
            return rows.back(values * factor, images.dtype)
        return rows.back(torch.addcmul(bias.repeat(rows.fold), values, factor), images.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        images, weight, mean, scale = ctx.saved_tensors
        rows: _Rows = ctx.rows
        gradient = rows.of(gradients[0].contiguous(memory_format=torch.channels_last))
        normal = (rows.of(images) - rows.spread(mean)) * rows.spread(scale)
        along, total = rows.by_channel(gradient * normal), rows.by_channel(gradient)
        by = torch.ones_like(scale) if weight is None else weight
        # An image moves neither the mean nor the deviation of its groups: what would do so is taken away.
        shift, tilt = rows.group_mean(total * by), rows.group_mean(along * by)
        out = torch.addcmul(rows.spread(-shift * scale), normal, rows.spread(-tilt * scale))
        out = rows.back(out.addcmul_(gradient, rows.spread(scale * by)), images.dtype)
        return out, None if weight is None else along.sum(0), None if weight is None else total.sum(0), None


class _Rows:
    """Several pixels, with all their channels, side by side: with few channels loops would be short otherwise."""

    def __init__(self, images: Tensor, groups: int, eps: float) -> None:
        self.batch, self.channels, self.height, self.width = images.shape
        self.groups, self.eps = groups, eps
        pixels = self.height * self.width
        self.fold = next(
            fold for fold in (32, 16, 8, 4, 2, 1) if fold == 1 or (pixels % fold == 0 and fold * self.channels <= ROW)
        )

    def of(self, images: Tensor) -> Tensor:
        """Return images as rows in float32, shape ``(B, pixels / fold, fold * C)``."""
        return images.permute(0, 2, 3, 1).reshape(self.batch, -1, self.fold * self.channels).float()

    def back(self, rows: Tensor, dtype: torch.dtype) -> Tensor:
        """Return rows as images."""
        images = rows.to(dtype).view(self.batch, self.height, self.width, self.channels)
        return images.permute(0, 3, 1, 2)

    def by_channel(self, rows: Tensor) -> Tensor:
        """Return the sum over the pixels, shape ``(B, C)``."""
        return rows.sum(1).view(self.batch, self.fold, self.channels).sum(1)

    def group_mean(self, sums: Tensor) -> Tensor:
        """Return the mean over pixels and channels of each group, for each channel, shape ``(B, C)``."""
        each = self.channels // self.groups
        mean = sums.view(self.batch, self.groups, each).sum(2, keepdim=True) / (self.height * self.width * each)
        return mean.expand(-1, -1, each).reshape(self.batch, self.channels)

    def spread(self, values: Tensor) -> Tensor:
        """Return a value of each channel beside each pixel of a row, shape ``(B, 1, fold * C)``."""
        return values.repeat(1, self.fold)[:, None]
