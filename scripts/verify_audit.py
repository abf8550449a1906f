"""`python scripts/verify_audit.py FILE [SEQUENCE:HASH]`: checks an exported audit log without Leadline.

Needs Python and nothing else. FILE is what `GET /v1/audit/export.csv` or `export.jsonl` gave. Each entry's
hash is the SHA-256 of its document as written; each document names the hash of the one before it.
An export that was filtered has gaps: its entries are checked one by one, its links where neighbours are there.
"""

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Link = tuple[int, str, str, str]


def links(path: Path) -> Iterator[Link]:
    """(sequence, previous hash, hash, document as hashed) of each entry."""
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix == ".csv":
            csv.field_size_limit(10_000_000)
            for row in csv.DictReader(lines):
                yield _link(row["document"], row["hash"])
        else:
            for line in lines:
                entry: dict[str, Any] = json.loads(line)
                document = json.dumps(
                    entry["document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
                )
                yield _link(document, entry["hash"])


def _link(document: str, digest: str) -> Link:
    told: dict[str, Any] = json.loads(document)
    return told["sequence"], told["previous_hash"], digest, document


def problems(found: Iterable[Link], known: str = "") -> Iterator[str]:
    """What does not hold, in words."""
    hashes: dict[int, str] = {}
    previous: dict[int, str] = {}
    for sequence, before, digest, document in found:
        if hashlib.sha256(document.encode()).hexdigest() != digest:
            yield f"entry {sequence} is not what was hashed"
        if sequence in hashes:
            yield f"entry {sequence} is there twice"
        hashes[sequence], previous[sequence] = digest, before
    for sequence, before in sorted(previous.items()):
        if hashes.get(sequence - 1, before) != before:
            yield f"entry {sequence} does not follow entry {sequence - 1}"
    if known:
        sequence, _, digest = known.partition(":")
        if hashes.get(int(sequence)) != digest:
            yield f"entry {sequence} is not the one that was noted"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    found = list(links(Path(arguments[0])))
    wrong = list(problems(found, *arguments[1:]))
    for line in wrong:
        print(line)
    sequences = [sequence for sequence, *_ in found]
    whole = not sequences or max(sequences) - min(sequences) + 1 == len(set(sequences))
    print(
        f"{len(found)} entries, {'without gaps' if whole else 'with gaps'}: {len(wrong)} problems"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
