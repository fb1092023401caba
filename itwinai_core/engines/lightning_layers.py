"""Looks at the layers of a module: those that mix a batch, and those that the module does not know of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIXING = nn.modules.batchnorm._BatchNorm  # noqa: SLF001 - torch offers no other base of them


def batch_norms(module: nn.Module) -> list[str]:
    """Return the layers of batch normalisation, by name and class."""
    return [f"{name} ({type(layer).__name__})" for name, layer in module.named_modules() if isinstance(layer, _MIXING)]


def lost_weights(module: nn.Module) -> list[str]:
    """Return the attributes that hold trainable layers in plain containers, where no optimiser finds them."""
    known = {id(weights) for weights in module.parameters()}
    return [
        f"{name}.{attribute}".removeprefix(".")
        for name, layer in module.named_modules()
        for attribute, value in vars(layer).items()
        if not attribute.startswith("_")
        and any(weights.requires_grad and id(weights) not in known for weights in _weights(value))
    ]


def _weights(value: Any) -> Iterator[nn.Parameter]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _weights(item)
    elif isinstance(value, dict):
        yield from _weights(list(value.values()))
    elif isinstance(value, nn.Parameter):
        yield value
    elif isinstance(value, nn.Module):
        yield from value.parameters()
