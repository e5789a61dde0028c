"""Pictures of adverts, drawn with words."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


WORDS = "急招意大利普拉托制衣工\n月薪1500欧，包吃住，先交押金20000元\n电话：13800138000\nEmail: lavoro@example.com"


def picture(words: str = WORDS, form: str = "PNG", size: tuple[int, int] = (900, 330)) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).multiline_text((30, 30), words, fill="black", font=ImageFont.truetype(FONT, 34), spacing=18)
    out = BytesIO()
    image.save(out, format=form)
    return out.getvalue()
