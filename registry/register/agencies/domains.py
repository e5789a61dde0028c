"""Domains compared as a person should compare them: by who owns them, and by what they only look like."""

import unicodedata
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList
from rapidfuzz.distance import OSA

FREE_MAIL = frozenset(
    "qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn gmail.com "
    "googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com proton.me protonmail.com gmx.de gmx.net "
    "web.de libero.it seznam.cz wp.pl o2.pl onet.pl".split()
)
"""Anybody can have an address there, so the domain says nothing about who writes."""

SHARED = frozenset(
    "wixsite.com weebly.com wordpress.com webnode.cz webnode.com business.site facebook.com linkedin.com instagram.com "
    "taobao.com tmall.com 1688.com alibaba.com weixin.qq.com 58.com google.com".split()
)
"""Sites where strangers have pages side by side and the public suffix list does not say so: only the same host and page
is the same owner."""


@cache
def _suffixes() -> PublicSuffixList:
    """The public suffix list as the package ships it; both spellings of a name in other letters are known to it."""
    return PublicSuffixList()


_LOOKS = str.maketrans(
    "авекмнорстухіѕјԁɡɩոϲ" + "αβεικνορτυχγ" + "01i|5łđøı",
    "abekmhopctyxlsjdglnc" + "abelknoptuxy" + "olll" + "sldol",
)
"""Characters that are taken for others; of both letters of a pair the same one is kept."""


def host_of(address: str) -> tuple[str, str] | None:
    """Host in lower case, punycode written out, and first part of the path; None for what is no address."""
    text = unicodedata.normalize("NFKC", address).strip().replace("\\", "/")
    if "://" not in text:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    labels = [_written_out(label) for label in host.split(".")]
    if len(labels) < 2 or not all(labels) or any(character.isspace() for character in host):
        return None
    return ".".join(labels), parts.path.strip("/").split("/")[0].casefold()


def _written_out(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except (UnicodeError, ValueError, OverflowError):
        return label


def registrable(host: str) -> str:
    """The registered part of a host, such as `example.com.cn` of `jobs.example.com.cn`."""
    return _suffixes().privatesuffix(host) or host


def is_same_site(stated: str, registered: str) -> bool:
    """Whether two web addresses are of one owner."""
    mine, theirs = host_of(stated), host_of(registered)
    if mine is None or theirs is None:
        return False
    if is_shared(theirs[0]):
        return mine == theirs
    return registrable(mine[0]) == registrable(theirs[0])


def is_shared(host: str) -> bool:
    return any(host == shared or host.endswith(f".{shared}") for shared in SHARED)


def looks_like(stated: str, registered: str) -> bool:
    """Whether a host of another owner could be taken for a registered one: letters alike, one typo, or its name within."""
    ours = registrable(registered)
    if registrable(stated) == ours or ours in FREE_MAIL or ours in SHARED:
        return False
    name, other = _skeleton(ours.split(".")[0]), _skeleton(registrable(stated).split(".")[0])
    if name == other:
        return True
    if len(name) < 5:
        return False
    return OSA.distance(name, other, score_cutoff=1) <= 1 or name in _skeleton(stated)


def _skeleton(text: str) -> str:
    """The letters as an eye in a hurry reads them."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return bare.translate(_LOOKS).replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("-", "")
