"""Errors that a user can act on: shown without a traceback, exit code 2."""


class UserError(Exception):
    """Something that the user can mend: the message says what is wrong, where, and what to do."""


class ConfigError(UserError):
    """A value of the run does not fit: a key, a type, a range, or a choice."""


class DataError(UserError):
    """An input file or array is missing, broken, or not what the model was trained on."""


class PluginError(UserError):
    """What is asked for needs a plugin or a package that is not installed, or that is broken."""


class RunError(UserError):
    """A run folder is missing, in use, incomplete, or not what the command needs."""


class FitInterruptedError(Exception):
    """The fit was asked to stop: its last checkpoint is on disk."""
