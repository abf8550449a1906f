"""The letters that came, newest first, kept over restarts; the oldest make room."""

import time
from email import message_from_bytes, policy

from sandbox.clock import SandboxClock, stamp
from sandbox.state import State

KIND = "letter"
MAX_LETTERS = 500


class Mailbox:
    """`put` what SMTP brought; `letters` to read."""

    def __init__(self, state: State, clock: SandboxClock) -> None:
        self._state = state
        self._clock = clock

    def put(self, recipients: list[str], raw: bytes) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        body = message.get_body(("plain", "html"))
        letter = {
            "to": ", ".join(recipients),
            "from": str(message["From"] or ""),
            "subject": str(message["Subject"] or ""),
            "text": "" if body is None else body.get_content().replace("\r\n", "\n"),
            "at": stamp(self._clock.now()),
            "message_id": str(message["Message-ID"] or ""),
        }
        self._state.put(KIND, f"{time.time_ns():020}", letter)
        self._state.keep_newest(KIND, MAX_LETTERS)

    def letters(self, to: str = "") -> list[dict[str, str]]:
        """All, or those to one address (whatever its case), newest first."""
        found = self._state.newest(KIND, MAX_LETTERS)
        return [item for item in found if not to or item["to"].lower() == to.lower()]
