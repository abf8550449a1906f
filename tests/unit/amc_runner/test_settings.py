"""The README's table of settings and the class say the same."""

import re
from pathlib import Path

from amc_runner.settings import Settings
from shared.settings import ServiceSettings

README = Path(__file__).parents[3] / "services" / "amc-runner" / "README.md"


def test_the_readme_lists_every_setting_and_its_default() -> None:
    section = README.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", section, re.MULTILINE)
    own = {
        name.upper(): "none" if field.is_required() else _text(field.default)
        for name, field in Settings.model_fields.items()
        if name not in ServiceSettings.model_fields
    }
    assert dict(rows) == own


def _text(default: object) -> str:
    if default == "":
        return "empty"
    if isinstance(default, float) and default.is_integer():
        return str(int(default))
    return str(default)
