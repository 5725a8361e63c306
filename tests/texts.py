"""What the texts on pages must hold."""

import re
from collections.abc import Iterator

from tests.routes import EVERYONE

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”][,;:?!()]|[,;:?!()] ?[\u4e00-\u9fff“]")  # beside a Chinese character
PHRASES = re.compile(r"成功(?:修改|添加|删除|保存)了|这个字段|该变量|必填项|该字段|字段不能|个字符|此对象|管理站点")
NOTHING = re.compile(
    r"(?<![\d.,\-])0 ?(?:家|名|条|个|行|次|簿|处|项|份|件|人)(?=[^\s]*[，；。])"
)  # a sentence about 0 things
LATIN = re.compile(r"(?<![/.\w])(?<![A-Za-z]-)[A-Za-z][A-Za-z_]+")  # not in an address or a path; of a-b the a
ALLOWED = {
    *("xlsx", "xls", "csv", "docx", "PDF", "Word", "Excel"),  # kinds of files
    *("MB", "GB"),  # sizes; GB also names a standard
    *(
        "manage",
        "py",
        "backup",
        "audit_verify",
        "anchor",
        "systemctl",
        "start",
        "ningju",
        "work",
    ),  # what administrators type
    "CZ",  # nodes of the Party tree
    *EVERYONE,  # sign-in names
}


def problems_of(text: str) -> Iterator[str]:
    """What is wrong with a text of a page."""
    if HALF_WIDTH.search(text):
        yield "half-width"
    if PHRASES.search(text):
        yield "phrase"
    if NOTHING.search(text):
        yield "nothing"
    if any(word not in ALLOWED for word in LATIN.findall(text)):
        yield "latin"
