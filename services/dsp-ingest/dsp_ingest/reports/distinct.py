"""Whether the rows of a file are all different, in constant memory: their digests go to a file beside it."""

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa

pc: Final[Any] = import_module("pyarrow.compute")  # made when imported: no types
AT_ONCE: Final = 1 << 20
"""So many digests are looked at together, in some 40 MB."""
_BYTES: Final = 8


class Digests:
    """64-bit digests of rows' keys. Two different rows among ten million share one in a case of 400 000."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, keys: Iterable[tuple[Any, ...]]) -> None:
        """Remembers keys."""
        digests = array("q", map(hash, keys))
        self._file.write(digests.tobytes())
        self.count += len(digests)

    def all_distinct(self) -> bool:
        """In as many passes as it takes to look at AT_ONCE of them together."""
        passes = 1 << max(0, (self.count - 1) // AT_ONCE).bit_length()
        return all(self._distinct(passes - 1, number) for number in range(passes))

    def _distinct(self, mask: int, number: int) -> bool:
        """Among the digests whose lowest bits are `number`."""
        pieces = [self._chosen(piece, mask, number) for piece in self._pieces()]
        chosen = pa.chunked_array(pieces, pa.int64())
        return pc.count_distinct(chosen).as_py() == len(chosen)

    def _chosen(self, piece: Any, mask: int, number: int) -> Any:
        return piece.filter(pc.equal(pc.bit_wise_and(piece, mask), number)) if mask else piece

    def _pieces(self) -> Iterator[Any]:
        self._file.seek(0)
        while data := self._file.read(AT_ONCE * _BYTES):
            yield pa.Array.from_buffers(pa.int64(), len(data) // _BYTES, [None, pa.py_buffer(data)])
