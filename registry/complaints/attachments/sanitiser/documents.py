"""Cleans a PDF: draws its pages into a new document that carries over nothing else of the old one.

Comments, form fields and stamps become part of the page; then scripts, actions, links, files inside, layers of
annotation, metadata of document, pages and pictures, ids, names and the tree of tags have no place to be in.
"""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Operator, Page, Stream, String

from registry.complaints.attachments.file_shapes import jp2_without_notes, jpeg_without_notes
from registry.complaints.attachments.sanitiser.terms import Uncleanable
from registry.vocabulary.cases import NoCopy

MAX_PAGES = 300
MAX_OBJECTS = 60_000
MAX_CONTENT = 16 * 1024 * 1024
"""Bytes of the instructions of one page or form."""
_DEEPEST = 60

_INHERITED = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")
_PAGE = frozenset((*_INHERITED, "/Type", "/Contents", "/Group", "/UserUnit"))
_NEVER = frozenset(
    "/Metadata /PieceInfo /LastModified /OPI /Alternates /AF /Measure /PtData /StructParent /StructParents /JS /AA "
    "/OpenAction /EF /Ref /OC /Annots /Properties".split()
)
"""Keys that nothing drawn needs, and that may hold who, when, where, or something that acts."""
_OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")
"""In a stream these name another file to read."""
_TEXTS = frozenset("/Registry /Ordering /CharSet /FontFamily /Panose".split())
"""The only keys whose value is a string and that drawing needs: they tell which characters a font has."""
_DEVICE = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_WITHOUT_NOTES = {"BDC": Operator("BMC"), "DP": Operator("MP")}
"""What marks content with notes, and what marks it without."""


def clean_document(body: bytes) -> bytes:
    """The clean copy. Raises Uncleanable, and pikepdf's errors of damage."""
    try:
        opened = pikepdf.open(BytesIO(body))
    except pikepdf.PasswordError:
        raise Uncleanable(NoCopy.LOCKED) from None
    with opened as old, pikepdf.new() as new:
        if len(old.objects) > MAX_OBJECTS or len(old.pages) > MAX_PAGES:
            raise Uncleanable(NoCopy.TOO_LARGE)
        if Name.AcroForm in old.Root and old.Root.AcroForm.get(Name.NeedAppearances):
            old.generate_appearance_streams()
        old.flatten_annotations("screen")
        for page in old.pages:
            _keep_what_is_drawn(page.obj)
            new.pages.append(page)
        new.remove_unreferenced_resources()
        for found in list(new.objects):
            for one in _parts(found):
                _strip(one)
        for page in new.pages:
            page.Contents = new.make_stream(_drawn(page))
        out = BytesIO()
        # Streams are packed anew, so that nothing stays behind the end of their data.
        new.save(
            out, deterministic_id=True, recompress_flate=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return out.getvalue()


def _keep_what_is_drawn(page: Object) -> None:
    above, height = page.get(Name.Parent), 0
    while above is not None and height < _DEEPEST:
        for key in _INHERITED:
            if key in above and key not in page:
                page[key] = above[key]
        above, height = above.get(Name.Parent), height + 1
    for key in set(page.keys()) - _PAGE:
        del page[key]


def _parts(whole: Object, depth: int = 0) -> Iterator[Object]:
    """An object and all that stands in it; what it refers to is looked at by itself."""
    if not isinstance(whole, Dictionary | Stream | Array):
        return
    if depth > _DEEPEST:
        raise Uncleanable(NoCopy.TOO_LARGE)
    yield whole
    for part in list(whole) if isinstance(whole, Array) else [whole[key] for key in whole.keys()]:  # noqa: SIM118
        if isinstance(part, Dictionary | Stream | Array) and not part.is_indirect:
            yield from _parts(part, depth + 1)


def _strip(one: Object) -> None:
    if isinstance(one, Array):
        _use_device_colours(one)
        return
    for key in list(one.keys()):
        if key in _NEVER or (isinstance(one[key], String) and key not in _TEXTS):
            del one[key]
    if isinstance(one, Stream):
        for key in _OUTSIDE:
            if key in one:
                del one[key]
        if one.get(Name.Subtype) == Name.Image:
            _strip_picture(one)
        elif one.get(Name.Subtype) == Name.Form or one.get(Name.PatternType) == 1:
            one.write(_drawn(one))
    elif one.get(Name.Subtype) == Name.Type3 and Name.CharProcs in one:
        for key in one.CharProcs.keys():  # noqa: SIM118
            glyph = one.CharProcs[key]
            if isinstance(glyph, Stream):
                glyph.write(_drawn(glyph))


def _use_device_colours(colours: Array) -> None:
    """A scanner's or camera's profile names it; its colours are near enough without."""
    if len(colours) == 2 and colours[0] == Name.ICCBased and isinstance(colours[1], Stream):
        colours[0] = _DEVICE[int(colours[1].N)]
        del colours[1]


def _strip_picture(picture: Stream) -> None:
    filters = picture.get(Name.Filter)
    names = [filters] if isinstance(filters, Name) else list(filters or ())
    if Name.DCTDecode not in names and Name.JPXDecode not in names:
        return
    strip = jpeg_without_notes if names[-1] == Name.DCTDecode else jp2_without_notes
    if len(names) == 1:
        # The entries for this filter stay as they are.
        raw, filter_, parms = picture.read_raw_bytes(), picture[Name.Filter], picture.get(Name.DecodeParms)
        picture.write(strip(raw))
        picture[Name.Filter] = filter_
        if parms is not None:
            picture[Name.DecodeParms] = parms
    else:
        picture.write(picture.read_bytes(pikepdf.StreamDecodeLevel.all))


def _drawn(content: Page | Stream) -> bytes:
    """The instructions of a page or form, without remarks between them and notes on what is marked."""
    if isinstance(content, Page):
        content.contents_coalesce()
    written = content.get(Name.Contents) if isinstance(content, Page) else content
    if isinstance(written, Stream) and len(written.read_bytes()) > MAX_CONTENT:
        raise Uncleanable(NoCopy.TOO_LARGE)
    stored: list[pikepdf.ContentStreamInstruction | pikepdf.ContentStreamInlineImage] = []
    for step in pikepdf.parse_content_stream(content):
        if isinstance(step, pikepdf.ContentStreamInlineImage):
            if not any("DCT" in name for name in step.iimage.filters):
                stored.append(step)
        elif str(step.operator) in _WITHOUT_NOTES:
            stored.append(pikepdf.ContentStreamInstruction(step.operands[:1], _WITHOUT_NOTES[str(step.operator)]))
        else:
            stored.append(step)
    return pikepdf.unparse_content_stream(stored)
