"""What somebody without the right to it tries with every public operation.

`ATTEMPTS` has an entry for each operation of the OpenAPI document (a test holds that), gathered from the
modules here, one per noun: the calls that use the ids of the `victim`, and what an answer may be: a
refusal, or success without anything foreign.
"""

import pkgutil
from importlib import import_module

from .attempt import Attempt, Attempts

__all__ = ["ATTEMPTS", "Attempt"]

ATTEMPTS: dict[str, Attempts] = {}
for _module in pkgutil.iter_modules(__path__):
    ATTEMPTS.update(getattr(import_module(f"{__name__}.{_module.name}"), "ATTEMPTS", {}))
