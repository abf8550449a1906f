"""pyarrow's compute functions: they are made when it is imported, so that no type checker sees them."""

from typing import Any, Final

import pyarrow.compute

pc: Final[Any] = pyarrow.compute
