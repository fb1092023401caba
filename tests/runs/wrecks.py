"""A plugin that loads, and whose use cases each wreck the process in which they are tried."""

import atexit
import ctypes
import os
import threading
import time
from pathlib import Path

from itwinai_core import Config, DataSplits, LightningUseCase, hookimpl


class WreckSettings(Config):
    """The ``settings`` section."""


class Wreck(LightningUseCase[WreckSettings]):
    """Works, but for what its kind does while the data are built."""

    summary = "Recovers the slope of a line"
    settings = WreckSettings

    def build_data(self, run):
        self.wreck()
        from wrecks_line import Points

        return DataSplits(Points(2, 64), Points(2, 64))

    def build_model(self, run):
        from wrecks_line import Line

        return Line()

    def wreck(self):
        """Do no harm."""


class Sound(Wreck):
    name = "sound"


class Ends(Wreck):
    name = "ends"

    def wreck(self):
        os._exit(7)


class Leaves(Wreck):
    name = "leaves"

    def wreck(self):
        raise SystemExit("I am off")


class Crashes(Wreck):
    name = "crashes"

    def wreck(self):
        ctypes.string_at(0)


class Hangs(Wreck):
    name = "hangs"

    def wreck(self):
        while True:
            time.sleep(0.1)


class Lingers(Wreck):
    name = "lingers"

    def wreck(self):
        threading.Thread(target=time.sleep, args=(600,)).start()


class EndsLate(Wreck):
    name = "ends-late"

    def wreck(self):
        atexit.register(os._exit, 9)


class Moves(Wreck):
    name = "moves"

    def wreck(self):
        os.chdir(Path.home())


class WritesUnseen(Wreck):
    name = "writes-unseen"

    def wreck(self):
        import torch

        torch.save({}, "unseen.pt")  # by compiled code, of which Python hears nothing
        (Path(__file__).parent / "wrecks_data.txt").write_text(str(time.time()))


@hookimpl
def itwinai_use_cases():
    kinds = (Sound, Ends, Leaves, Crashes, Hangs, Lingers, EndsLate, Moves, WritesUnseen)
    return [kind() for kind in kinds]
