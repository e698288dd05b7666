"""Every error mindgraph raises, and what each one means for the caller.

    MindgraphError           the run failed                               exit 1
    ├── UsageError           what was asked cannot be done as asked       exit 2
    │   ├── ConfigError      the config is wrong: file, key, repair
    │   ├── InputError       an input file is wrong as a whole
    │   ├── RunError         the folder is no run, or is another config's
    │   └── QueryError       the query is refused, or the store refuses it
    ├── ModelError           a model cannot answer
    │   └── NotRecorded      the recorded model was asked something new
    ├── StoreError           a database cannot be reached, or gives up
    ├── CountError           in = out + dropped does not hold: a defect of mindgraph
    ├── LeakError            an evaluation could see what was held out from it
    └── DiskError            the disk is full, or a file cannot be written

A message says what, where, and what repairs it. Rows that are wrong raise nothing:
they become rows of the run's `rejected` tables, each with a reason from `reasons.py`.
"""

from __future__ import annotations


class MindgraphError(Exception):
    """The root of the tree; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(MindgraphError):
    """What was asked cannot be done as asked."""

    exit_code = 2


class ConfigError(UsageError):
    """The config is wrong; the message names file, key and repair."""


class InputError(UsageError):
    """An input file is wrong as a whole, so that no row of it can be read."""


class RunError(UsageError):
    """The folder is not a run, is in use, or belongs to another config."""


class QueryError(UsageError):
    """The query is refused before it runs, or the store cannot answer it."""


class ModelError(MindgraphError):
    """A model cannot answer."""


class NotRecorded(ModelError):  # noqa: N818 - the field's word for a replay that misses
    """The recorded model was asked something that its record does not hold."""


class StoreError(MindgraphError):
    """A database cannot be reached, or gives up within its work."""


class CountError(MindgraphError):
    """A stage's in is not its out plus what it dropped by reason."""


class LeakError(MindgraphError):
    """A question of an evaluation can see a statement that is held out from it."""


class DiskError(MindgraphError):
    """The disk is full, or a file of the run cannot be written."""
