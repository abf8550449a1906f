"""The parts of a workbook that do not depend on its rows."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ABOUT: Final = "xl/worksheets/about.xml"

_FORMATS: Final = ("", "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0", "#,##0.00####", "0.00##########")


def _styles() -> str:
    """Styles 0-5: plain, day, moment (UTC), count, money, ratio; 6: bold."""
    own = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode="{text}"/>'
        for n, text in enumerate(_FORMATS)
        if n
    )
    shown = "".join(
        f'<xf numFmtId="{164 + n if n else 0}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for n in range(len(_FORMATS))
    )
    bold = '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    sides = "".join(f"<{side}/>" for side in ("left", "right", "top", "bottom", "diagonal"))
    fills = "".join(f'<fill><patternFill patternType="{p}"/></fill>' for p in ("none", "gray125"))
    plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_FORMATS) - 1}">{own}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        f'<fills count="2">{fills}</fills><borders count="1"><border>{sides}</border></borders>'
        f'<cellStyleXfs count="1">{plain}</cellStyleXfs>'
        f'<cellXfs count="{len(_FORMATS) + 1}">{shown}{bold}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


FIXED: Final = {
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/styles.xml": _styles(),
}


def sheet_head(widths: Sequence[int], *, frozen: bool = False) -> bytes:
    """Up to the first row; `frozen`: the heading stays in sight."""
    pane = (
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
        ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    )
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(widths, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}">{pane if frozen else ""}<cols>{columns}</cols><sheetData>'
    ).encode()


def workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    )


def workbook_rels(sheets: int) -> str:
    """The data sheets, then the one about them, then the styles."""
    targets = [f"worksheets/sheet{n}.xml" for n in range(1, sheets + 1)]
    parts = [*((t, "worksheet") for t in targets), (ABOUT.removeprefix("xl/"), "worksheet")]
    parts.append(("styles.xml", "styles"))
    told = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate(parts, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def content_types(sheets: int) -> str:
    parts = [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    parts += [(ABOUT, "worksheet"), ("xl/styles.xml", "styles"), ("xl/workbook.xml", "sheet.main")]
    told = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{told}</Types>'
    )


def escaped(text: str) -> str:
    """For the content of an element, without characters that XML has no place for."""
    return escape("".join(c for c in text if c in "\t\n" or c >= " "))
