"""Text fields of requests: what Postgres cannot hold is refused at the edge."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL characters")
    value.encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return value


Line = Annotated[str, StringConstraints(max_length=320), AfterValidator(_storable)]
Token = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_storable)]
