"""Small files of every kind that is taken, made when the tests run, with canaries where telephones and cameras leave traces."""

import subprocess
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms, ImageDraw
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from registry.vocabulary.cases import RECORDINGS, FileKind

CANARY = "KANARIENVOGEL-7Q9Z"
"""Planted in every place that shall not outlive cleaning; found by a search of the raw bytes."""
PLACE_EAST = (12.0, 29.0, 33.44)

pillow_heif.register_heif_opener()


def picture(width: int = 320, height: int = 200) -> Image.Image:
    made = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 0, width // 2, height // 2), fill="red")
    draw.line((0, 0, width, height), fill="blue", width=3)
    return made


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes: make, serial numbers, author, place, and how it was held."""
    made = Image.Exif()
    made[Base.Make] = f"Example {CANARY}"
    made[Base.Artist] = CANARY
    made[Base.ImageDescription] = CANARY
    made[Base.Orientation] = orientation
    made.get_ifd(IFD.Exif)[Base.BodySerialNumber] = CANARY
    made.get_ifd(IFD.Exif)[Base.MakerNote] = CANARY.encode()
    place = made.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (41.0, 53.0, 24.1)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", PLACE_EAST
    return made


XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><dc:creator>{CANARY}</dc:creator></rdf:RDF></x:xmpmeta>'.encode()


def jpeg(
    orientation: int = 1, comment: bytes = CANARY.encode(), trailing: bytes = b"", *, has_profile: bool = True
) -> bytes:
    out = BytesIO()
    picture().save(
        out, "JPEG", exif=exif(orientation), xmp=XMP, comment=comment, icc_profile=profile() if has_profile else None
    )
    return out.getvalue() + trailing


@cache
def profile() -> bytes:
    """Made once: it bears the second in which it is made."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The text of a scanner's profile names its model; this one is told by the device's signature.
    made[52:56] = CANARY.encode()[:4]
    return bytes(made)


def png() -> bytes:
    out = BytesIO()
    notes = PngInfo()
    notes.add_text("Author", CANARY)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    picture().save(out, "PNG", pnginfo=notes, exif=exif(), icc_profile=profile())
    return out.getvalue() + CANARY.encode()


def webp() -> bytes:
    out = BytesIO()
    picture().save(out, "WEBP", exif=exif(), xmp=XMP)
    return out.getvalue()


def heic() -> bytes:
    out = BytesIO()
    picture().save(out, "HEIF", exif=exif().tobytes(), xmp=XMP, quality=60)
    return out.getvalue()


def pdf() -> bytes:
    """A page with a photograph in it, and everything a document can hold beside its pages."""
    made = pikepdf.new()
    photo = made.make_stream(
        jpeg(), Type=Name.XObject, Subtype=Name.Image, Width=320, Height=200, BitsPerComponent=8,
        ColorSpace=Array([Name.ICCBased, made.make_stream(CANARY.encode(), N=3, Alternate=Name.DeviceRGB)]),
        Filter=Name.DCTDecode,
        Metadata=made.make_stream(XMP, Type=Name.Metadata, Subtype=Name.XML),
    )  # fmt: skip
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    words = f"%{CANARY}\nq 200 0 0 125 50 500 cm /Photo Do Q BT /F 20 Tf 50 700 Td (Payslip 4711) Tj ET"
    spoken = f"\n/Span <</ActualText ({CANARY})>> BDC EMC"
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{CANARY}')"))
    page = Dictionary(
        Type=Name.Page, MediaBox=Array([0, 0, 595, 842]), Contents=made.make_stream((words + spoken).encode()),
        Resources=Dictionary(XObject=Dictionary(Photo=photo), Font=Dictionary(F=font)),
        Annots=Array([made.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=Dictionary(
            S=Name.URI, URI=String(f"https://{CANARY}.example")), Contents=String(CANARY)))]),
        AA=Dictionary(O=script), PieceInfo=Dictionary(App=Dictionary(Private=String(CANARY))), LastModified=String(CANARY),
        Thumb=made.make_stream(CANARY.encode()), B=Array([]), Tabs=Name.S,
    )  # fmt: skip
    made.pages.append(pikepdf.Page(made.make_indirect(page)))
    made.Root.OpenAction = script
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    made.attachments["payload.txt"] = CANARY.encode()
    made.docinfo["/Author"] = CANARY
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = [CANARY]
    made.trailer.ID = Array([String(CANARY.encode()), String(CANARY.encode())])
    out = BytesIO()
    made.save(out, static_id=False, compress_streams=False)
    return out.getvalue()


@cache
def recording(ending: str) -> bytes:
    """A second of sound, or of a moving picture with sound, with title, author and the place where it was taken."""
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
    film = ["-f", "lavfi", "-i", "testsrc=duration=1:size=160x120:rate=10"]
    notes = ["-metadata", f"title={CANARY}", "-metadata", f"artist={CANARY}", "-metadata", f"comment={CANARY}"]
    place = ["-metadata", "location=+41.8900+012.4926/", "-metadata", "location-eng=+41.8900+012.4926/"]
    moment = ["-metadata", "creation_time=2026-05-04T03:02:01Z", "-metadata:s:a", f"handler_name={CANARY}"]
    shape = {
        "mp4": ["-pix_fmt", "yuv420p", "-c:v", "libx264"],
        "m4a": ["-f", "ipod"],
        "ogg": ["-c:a", "libopus"],
        "webm": ["-c:a", "libopus"],
        "aac": ["-f", "adts"],
    }.get(ending, [])
    with_film = film if ending == "mp4" else []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, f"sample.{ending}")
        command = ["ffmpeg", "-v", "error", *with_film, *tone, *shape, *notes, *place, *moment, str(out)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return out.read_bytes()


def amr() -> bytes:
    """A second of silence: fifty frames of 12.2 kbit/s."""
    return b"#!AMR\n" + (b"\x3c" + b"\x08\x55\x00\x96\x8a\x21\x1c\xad" + bytes(23)) * 50


TEXT = "我的护照在老板那里。\r\nIl padrone ha il mio passaporto.\r\n"


@cache
def sample(kind: FileKind) -> bytes:
    """A file of a kind, as a telephone would send it."""
    if kind in RECORDINGS - {FileKind.AMR}:
        return recording(kind)
    makers = {
        FileKind.JPEG: jpeg, FileKind.PNG: png, FileKind.WEBP: webp, FileKind.HEIC: heic, FileKind.PDF: pdf, FileKind.AMR: amr,
    }  # fmt: skip
    return makers[kind]() if kind in makers else TEXT.encode("gb18030")
