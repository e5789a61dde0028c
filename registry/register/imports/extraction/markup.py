"""Web pages (HTML) and Word files (DOCX), table by table. Scripts are not run, links are not followed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from lxml import etree, html

from registry.register.imports.extraction import terms

_FURTHER = frozenset(
    "next|next page|siguiente|página siguiente|suivant|page suivante|successiva|successivo|pagina successiva|avanti|nächste"
    "|nächste seite|weiter|下一页|下页|下一頁|další|další strana|ďalšia|ďalej|następna|volgende|seguinte|próxima|următoarea"
    "|следваща|επόμενη|következő|sljedeća|naslednja|nästa|næste|seuraava|järgmine|nākamā|kitas|›|»|>|>>".split("|")
)
"""What the link to a further page of a list is called."""

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


class Grid:
    """A table in the making: cells that span rows or columns keep their places. Of columns, the first has the text."""

    def __init__(self) -> None:
        self._below: dict[int, tuple[int, str]] = {}
        self.count = 0

    def row(self, given: list[tuple[str, int, int]]) -> terms.Cells:
        """A row of (text, columns, rows) as the cells that stand in it."""
        cells: list[str] = []
        widest = 0

        def from_above() -> None:
            while (place := len(cells)) in self._below:
                left, text = self._below.pop(place)
                cells.append(text)
                if left > 1:
                    self._next[place] = (left - 1, text)

        self._next: dict[int, tuple[int, str]] = {}
        for text, columns, rows in given:
            from_above()
            widest = max(widest, columns)
            for number in range(min(columns, 1_000)):
                filling = text if number == 0 else ""
                if rows > 1:
                    self._next[len(cells)] = (rows - 1, filling)
                cells.append(filling)
        from_above()
        # A row that ends early leaves what hangs into it from above to the right of it.
        for place in sorted(self._below):
            left, text = self._below[place]
            cells += [""] * (place + 1 - len(cells))
            cells[place] = text
            if left > 1:
                self._next[place] = (left - 1, text)
        self._below = self._next
        self.count += len(cells)
        return terms.Cells(cells, is_title(cells, widest))


def is_title(cells: Sequence[str], widest: int) -> bool:
    """Whether one cell spans a row, so that it is a heading and no row of the table."""
    return len(cells) > 2 and widest >= len(cells) - 1 and sum(bool(cell) for cell in cells) == 1


def _spanned(text: str | None) -> int:
    return min(int(text), 10_000) if text is not None and text.isascii() and text.isdigit() and int(text) else 1


def tables_of_page(body: bytes, encoding: str) -> Iterator[terms.Line]:
    """The tables of a web page in order, tables within tables apart. Raises Refused."""
    if body.count(b"<") > 20 * terms.MAX_CELLS:
        raise terms.Refused(
            f"holds more than a page with {terms.MAX_CELLS} cells can: ask the publisher for CSV or a spreadsheet"
        )
    try:
        text = body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise terms.Refused(f"is not {encoding}, though it says so: name its encoding with --encoding") from None
    # What it says of its encoding has been heard already.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff"))
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True)
    try:
        document = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise terms.Refused("is no readable web page: download it again") from None
    # A list that its page builds by a script is not in the page.
    scripts = len(document.xpath("//script"))
    etree.strip_elements(document, "script", "style", "template", "noscript", with_tail=False)
    found = document.xpath("//table")
    if not found:
        raise terms.Refused(
            "is a web page without a table: it may be an error page or a sign-in, or build its list by a script; "
            "ask the publisher for a file" + (f" ({scripts} scripts in it were not run)" if scripts else "")
        )
    if scripts:
        yield terms.Note(f"{scripts} scripts in the page were not run")
    count = 0
    headings = _headings(document)
    for number, table in enumerate(found, start=1):
        grid = Grid()
        shut: set[int] = set()
        yield terms.Started(f"table {number}", heading=headings.get(table, ""))
        for row in table.iter("tr"):
            if next(row.iterancestors("table")) is not table:
                continue
            given = [
                (_page_text(cell), _spanned(cell.get("colspan")), _spanned(cell.get("rowspan")))
                for cell in row.iterchildren("td", "th")
            ]
            is_shut = _is_hidden(row) or any(map(_is_hidden, row.iterancestors()))
            # A hidden row takes no place: what hangs down from above hangs past it.
            cells = (Grid() if is_shut else grid).row(given)
            yield terms.Cells(cells.cells, cells.is_title, is_shut)
            for number_of_cell, cell in enumerate(row.iterchildren("td", "th")):
                if not is_shut and _is_hidden(cell):
                    shut.add(sum(columns for _, columns, _ in given[:number_of_cell]))
            if count + grid.count > terms.MAX_CELLS:
                raise terms.Refused(
                    f"has more than {terms.MAX_CELLS} cells (in table {number}): ask the publisher for CSV or a spreadsheet"
                )
        count += grid.count
        if shut:
            yield terms.HiddenColumns(sorted(shut))
    if text.lower().count("</table") < len(found):
        yield terms.Note("the page ends within a table: it is cut off", is_loss=True)
    further = _further(document)
    if further is not None:
        yield terms.Note(f"the page leads on to a further one ({further!r}), which was not read", is_loss=True)


def _headings(document: Any) -> dict[Any, str]:
    """The text before each table, back to the one before it, and its caption. Navigation further up does not count."""
    headings: dict[Any, str] = {}
    before: list[str] = []
    depth = 0
    for event, element in etree.iterwalk(document, events=("start", "end")):
        if element.tag == "table" and event == "start":
            caption = element.find("caption")
            words = [*before[-6:], "".join(caption.itertext()) if caption is not None else ""]
            headings[element] = " ".join(" ".join(words).split())[-terms.MAX_HEADING :]
            depth += 1
            continue
        if element.tag == "table":
            depth -= 1
            before = []
        text = element.text if event == "start" else element.tail
        if depth == 0 and text and text.strip() and element.tag not in ("a", "option"):
            before.append(text)
    return headings


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None


def _page_text(cell: Any) -> str:
    for line_end in cell.iter("br"):
        line_end.tail = f" {line_end.tail or ''}"
    return " ".join("".join(cell.itertext()).split())[: terms.MAX_TEXT]


def _further(document: Any) -> str | None:
    """What the link to the list's next page is called; None where there is none."""
    for link in document.iter("a", "link", "button"):
        words = " ".join("".join(link.itertext()).split())
        if "disabled" in link.attrib or "disabled" in link.get("class", ""):
            continue
        if "next" in link.get("rel", "").lower().split() or words.casefold() in _FURTHER:
            return words or "next"
    return None


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tables_of_document(body: bytes) -> Iterator[terms.Line]:
    """The tables of a Word file in order. What was struck out or is hidden does not count. Raises Refused."""
    terms.refuse_bombs(body)
    text = terms.member_of(body, "word/document.xml")
    if text is None:
        raise terms.Refused("is a ZIP archive and no Word file: unpack it first")
    relations = terms.member_of(body, "word/_rels/document.xml.rels") or b""
    outside = len(re.findall(rb'TargetMode\s*=\s*"External"', relations))
    if outside:
        yield terms.Note(f"{outside} links in the file lead outside: none was followed")
    if terms.member_of(body, "word/vbaProject.bin") is not None:
        yield terms.Note("the file holds macros: they were neither run nor read")
    if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text:
        raise terms.Refused("declares entities, as no word processor writes: it was made to harm, and is not read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False)
    try:
        root = etree.parse(BytesIO(text), parser).getroot()
    except etree.XMLSyntaxError as error:
        raise terms.Refused(f"is damaged (line {error.lineno} of its text): open it and save it again") from None
    found = [one for one in root.iter(f"{_W}tbl") if next(one.iterancestors(f"{_W}tbl"), None) is None]
    if not found:
        raise terms.Refused("holds no table: ask the publisher for a table, or make one of the text")
    count = 0
    for number, table in enumerate(found, start=1):
        yield terms.Started(f"table {number}", heading=_above(table))
        above: dict[int, str] = {}
        for row in table.iterchildren(f"{_W}tr", f"{_W}sdt"):
            for one in row.iter(f"{_W}tr") if row.tag == f"{_W}sdt" else (row,):
                cells = _word_row(one, above)
                count += len(cells.cells)
                yield cells
            if count > terms.MAX_CELLS:
                raise terms.Refused(
                    f"has more than {terms.MAX_CELLS} cells (in table {number}): ask for CSV or a spreadsheet"
                )


def _above(table: Any) -> str:
    """The text of the three paragraphs before a table."""
    texts: list[str] = []
    for one in table.itersiblings(preceding=True):
        if one.tag == f"{_W}tbl" or len(texts) == 3:
            break
        texts.insert(0, _word_text_of((one,) if one.tag == f"{_W}p" else one.iter(f"{_W}p")))
    return " ".join(texts)[-terms.MAX_HEADING :]


def _word_row(row: Any, above: dict[int, str]) -> terms.Cells:
    cells: list[str] = []
    widest = 0
    before = row.find(f"{_W}trPr/{_W}gridBefore")
    cells += [""] * (_spanned(before.get(f"{_W}val")) if before is not None else 0)
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row:
            continue
        span, merge = cell.find(f"{_W}tcPr/{_W}gridSpan"), cell.find(f"{_W}tcPr/{_W}vMerge")
        columns = min(_spanned(span.get(f"{_W}val")) if span is not None else 1, 1_000)
        text = _word_text(cell)
        place = len(cells)
        if merge is None:
            above.pop(place, None)
        elif merge.get(f"{_W}val") == "restart":
            above[place] = text
        else:
            text = text or above.get(place, "")
        widest = max(widest, columns)
        cells += [text] + [""] * (columns - 1)
    return terms.Cells(cells, is_title(cells, widest), row.find(f"{_W}trPr/{_W}hidden") is not None)


def _word_text(cell: Any) -> str:
    return _word_text_of(cell.iter(f"{_W}p"))


def _word_text_of(paragraphs: Iterable[Any]) -> str:
    parts = []
    for paragraph in paragraphs:
        for run in paragraph.iter(f"{_W}r"):
            hidden = run.find(f"{_W}rPr/{_W}vanish")
            if hidden is not None and hidden.get(f"{_W}val") not in ("0", "false"):
                continue
            for piece in run.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
                parts.append(piece.text or "" if piece.tag == f"{_W}t" else "-" if "Hyphen" in piece.tag else " ")
        parts.append(" ")
    return " ".join("".join(parts).split())[: terms.MAX_TEXT]
