"""The README's table, the settings class and its defaults say the same."""

import re
from pathlib import Path

from dsp_ingest.settings import Settings
from pydantic_core import PydanticUndefined
from shared.settings import ServiceSettings

README = Path(__file__).parents[3] / "services" / "dsp-ingest" / "README.md"
OWN = {name: field for name, field in Settings.model_fields.items()
       if name not in ServiceSettings.model_fields}  # fmt: skip


def _table() -> dict[str, str]:
    section = README.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", section, re.MULTILINE))


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    assert set(_table()) == {name.upper() for name in OWN}


def test_the_readme_gives_the_real_defaults() -> None:
    table = _table()
    for name, field in OWN.items():
        said = table[name.upper()]
        if field.default_factory is not None:
            assert said == "the system's"
        elif field.default is PydanticUndefined:
            assert said == "none"
        else:
            assert said == (str(field.default) or "empty")
