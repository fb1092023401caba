"""Drives Lightning: fit, load, evaluate."""

from __future__ import annotations

import logging
import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from itwinai_core.engines.contract import FitJob, FitOutcome, Lesson, Weight
from itwinai_core.engines.interrupt import StopRequest
from itwinai_core.engines.lightning_gradients import Lessons
from itwinai_core.engines.lightning_layers import Restless, batch_norms, lost_weights
from itwinai_core.engines.progress import FitProgress
from itwinai_core.engines.watch import Watch
from itwinai_core.errors import FitInterruptedError, RunError
from itwinai_core.order import epoch_batches, epoch_seed, gather, gather_augmented

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from itwinai_core.config import RunConfig
    from itwinai_core.sources import Source
    from itwinai_core.use_case import UseCase

_PRECISION: dict[str, Any] = {"float32": "32-true", "bfloat16": "bf16-mixed"}


class LightningEngine:
    """Trains a `LightningModule` with Lightning's `Trainer`."""

    packages = ("lightning", "torch", "torchmetrics")
    suffix = ".ckpt"

    def build(self, use_case: UseCase[Any], run: RunConfig[Any], train: Source) -> pl.LightningModule:
        """Return the untrained module, adapted to its training part."""
        pl.seed_everything(run.seed, workers=True, verbose=False)
        model: pl.LightningModule = use_case.build_model(run)
        use_case.adapt(run, model, train)
        return model

    def fit(self, job: FitJob) -> FitOutcome:
        """Train; write ``best.ckpt`` and ``last.ckpt``."""
        run, data = job.run, job.data
        model = self.build(job.use_case, run, data.train)
        outcome = FitOutcome(parameters=sum(weights.numel() for weights in model.parameters() if weights.requires_grad))
        train = _loader(data.train, run, training=True)
        with StopRequest() as stop, FitProgress(run.fit.epochs, len(train)) as progress, _quiet():
            trainer = _trainer(
                run, strategy=job.strategy.build(run.strategy), callbacks=[_Follower(job, outcome, stop, progress)]
            )
            trainer.fit(model, train, _loader(data.validation, run), ckpt_path=job.resume)
        return outcome

    def load(self, use_case: UseCase[Any], run: RunConfig[Any], checkpoint: Path) -> pl.LightningModule:
        """Return the module of a checkpoint in evaluation mode; weights are loaded strictly, without pickle."""
        model: pl.LightningModule = use_case.build_model(run)
        try:
            content = torch.load(checkpoint, map_location="cpu", weights_only=True)
            model.load_state_dict(content["state_dict"], strict=True)
        except Exception as error:
            raise RunError(
                f"The checkpoint {checkpoint} cannot be loaded: {str(error).splitlines()[0]}\n"
                "It is broken, or of another model than its run.yaml describes."
            ) from error
        return model.eval()

    def evaluate(self, run: RunConfig[Any], model: pl.LightningModule, source: Source) -> dict[str, float]:
        """Return what the module's `validation_step` logs over a source, named ``test/…``."""
        pl.seed_everything(run.seed, workers=True, verbose=False)
        with _quiet():
            results = _trainer(run, strategy="auto", callbacks=[]).validate(model, _loader(source, run), verbose=False)
        model.eval()
        return {name.replace("validation/", "test/", 1): float(value) for name, value in results[0].items()}

    def weights(self, model: pl.LightningModule) -> list[Weight]:
        """Return copies of what the module's ``state_dict`` holds."""
        learnt = {name for name, weights in model.named_parameters() if weights.requires_grad}
        return [
            Weight(name, values.detach().cpu().float().numpy().copy(), name in learnt)
            for name, values in model.state_dict().items()
            if isinstance(values, torch.Tensor)
        ]

    def lessons(self, job: FitJob, batches: Sequence[Sequence[int]]) -> list[Lesson]:
        """Return the loss and the gradients of a `training_step` on each of these batches, at the untrained weights."""
        run = job.run.model_copy(update={"fit": job.run.fit.model_copy(update={"epochs": 1})})
        model = self.build(job.use_case, run, job.data.train)
        seen = Lessons(run.seed)
        samples = _Samples(job.data.train, run.seed, _Batches(0, run, shuffle=False), training=False)
        loader = DataLoader(samples, batch_sampler=[list(batch) for batch in batches], collate_fn=_to_tensors)
        # A schedule may look at what validation logs.
        judged = DataLoader(samples, batch_sampler=[list(batches[0])], collate_fn=_to_tensors)
        with _quiet():
            _trainer(run, strategy="auto", callbacks=[seen]).fit(model, loader, judged)
        return seen.found

    def batch_norms(self, model: pl.LightningModule) -> list[str]:
        """Return the module's layers of batch normalisation."""
        return batch_norms(model)

    def restless(self, run: RunConfig[Any], model: pl.LightningModule, source: Source) -> list[str]:
        """Return the layers that a `validation_step` runs as in training."""
        seen = Restless()
        with _quiet():
            _trainer(run, strategy="auto", callbacks=[seen]).validate(model, _loader(source, run), verbose=False)
        model.eval()
        return seen.found

    def lost_weights(self, model: pl.LightningModule) -> list[str]:
        """Return the attributes of the module that hold trainable layers in plain lists or dictionaries."""
        return lost_weights(model)


class _Batches(Sampler[list[int]]):
    """The core's order, as Lightning asks for it."""

    def __init__(self, count: int, run: RunConfig[Any], *, shuffle: bool) -> None:
        self._count, self._run, self._shuffle = count, run, shuffle
        self.epoch = 0
        # Lightning tells the epoch to a batch sampler's own sampler.
        self.sampler = self

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        for batch in epoch_batches(
            self._count, self._run.fit.batch_size, seed=self._run.seed, epoch=self.epoch, shuffle=self._shuffle
        ):
            yield batch.tolist()

    def __len__(self) -> int:
        return math.ceil(self._count / self._run.fit.batch_size)


class _Samples(Dataset[Any]):
    """A source, as PyTorch's fetcher asks for it: a whole batch at once."""

    def __init__(self, source: Source, seed: int, batches: _Batches, *, training: bool) -> None:
        self._source, self._seed, self._batches, self._training = source, seed, batches, training

    def __len__(self) -> int:
        return len(self._source)

    def __getitems__(self, indices: list[int]) -> Any:
        if self._training:
            return gather_augmented(self._source, indices, seed=self._seed, epoch=self._batches.epoch)
        return gather(self._source, indices)


def _loader(source: Source, run: RunConfig[Any], *, training: bool = False) -> DataLoader[Any]:
    batches = _Batches(len(source), run, shuffle=training and run.fit.shuffle)
    samples = _Samples(source, run.seed, batches, training=training)
    return DataLoader(samples, batch_sampler=batches, collate_fn=_to_tensors)


def _to_tensors(batch: Any) -> Any:
    if isinstance(batch, dict):
        return {key: _to_tensors(value) for key, value in batch.items()}
    if isinstance(batch, tuple | list):
        return tuple(_to_tensors(value) for value in batch)
    return torch.from_numpy(np.require(batch, requirements=["C", "W"]))


def _trainer(run: RunConfig[Any], *, strategy: Any, callbacks: list[pl.Callback]) -> pl.Trainer:
    return pl.Trainer(
        accelerator="auto",
        callbacks=callbacks,
        devices=1,
        enable_checkpointing=any(isinstance(callback, pl.callbacks.Checkpoint) for callback in callbacks),
        enable_model_summary=False,
        enable_progress_bar=False,
        logger=False,
        max_epochs=run.fit.epochs,
        num_sanity_val_steps=0,
        precision=_PRECISION[run.strategy.precision],
        strategy=strategy,
        use_distributed_sampler=False,
    )


class _Follower(pl.callbacks.Checkpoint):
    """Metrics, progress, checkpoints and the end of a fit.

    As a `Checkpoint` it comes after the module's own hooks: what they log counts, and what they change is saved.
    """

    def __init__(self, job: FitJob, outcome: FitOutcome, stop: StopRequest, progress: FitProgress) -> None:
        self._job, self._outcome, self._stop, self._progress = job, outcome, stop, progress
        self._watch = Watch(job.run.fit)

    def on_train_batch_start(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,  # noqa: ARG002 - Lightning's
        batch: Any,  # noqa: ARG002
        batch_idx: int,
    ) -> None:
        """Start the streams of chance that dropout and the like draw from, so that a resumed run draws the same.

        Not at the start of the epoch: what the loader draws before its first batch differs in a resumed one.
        """
        if batch_idx == 0:
            pl.seed_everything(epoch_seed(self._job.run.seed, trainer.current_epoch), workers=True, verbose=False)

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        """Move the bar, and stop where the user asked to."""
        self._progress.batch_done()
        self._stop_if_asked(trainer)

    def on_validation_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        """Stop where the user asked to."""
        self._stop_if_asked(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002 - Lightning's
        """Write metrics and checkpoints, and decide whether to go on."""
        epoch = trainer.current_epoch + 1
        metrics = {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        best = self._watch.update(epoch, metrics)
        self._outcome.epochs, self._outcome.best_epoch = epoch, self._watch.best_epoch
        self._job.on_epoch(metrics, epoch, trainer.global_step)
        if best:
            self._outcome.metrics = metrics
            self._save(trainer, "best")
        self._save(trainer, "last")
        self._progress.epoch_done(epoch, metrics)
        if self._watch.exhausted and epoch < self._job.run.fit.epochs:
            self._outcome.stopped_early = True
            trainer.should_stop = True

    def _stop_if_asked(self, trainer: pl.Trainer) -> None:
        if self._stop.made:
            self._save(trainer, "last")
            raise FitInterruptedError

    def _save(self, trainer: pl.Trainer, name: str) -> None:
        trainer.save_checkpoint(self._job.checkpoints / f"{name}.ckpt")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what Lightning tells about itself: the core says what the user needs to know."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"lightning\.")
        warnings.filterwarnings("ignore", message=".*does not have many workers.*")
        try:
            yield
        finally:
            logger.setLevel(before)


ENGINE = LightningEngine()
