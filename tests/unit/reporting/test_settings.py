"""The README's table and the settings class say the same."""

import re
from pathlib import Path

from reporting.settings import Settings
from shared.settings import ServiceSettings

README = Path(__file__).parents[3] / "services" / "reporting" / "README.md"


def test_the_readme_lists_exactly_the_services_own_settings() -> None:
    section = README.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z0-9_]+)`", section, re.MULTILINE))
    own = set(Settings.model_fields) - set(ServiceSettings.model_fields)
    assert listed == {name.upper() for name in own}
