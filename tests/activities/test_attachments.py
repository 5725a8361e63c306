"""Photos and documents: told by their content, drawn anew without position, kept encrypted, never more than asked."""

from __future__ import annotations

import errno
import io
import zipfile
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image, ImageOps

from activities.models import ActivityRecord, Attachment
from activities.queries.checks import checked
from activities.services import files, records
from core import attachments
from core import files as kept
from core.models import AuditEntry
from core.refusals import Refusal
from tests.filing import file_record, members
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db
GPS, ORIENTATION = 0x8825, 0x0112


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def photo(seed: int = 1, size: tuple[int, int] = (64, 48), kind: str = "JPEG", **saved: object) -> bytes:
    """A picture in which no part is like the next."""
    image = Image.effect_mandelbrot(size, (-2 + seed / 10, -1.5, 1, 1), 50 + seed).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **saved)
    return out.getvalue()


def smaller(data: bytes, size: tuple[int, int]) -> bytes:
    """As a browser makes it smaller."""
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).resize(size).save(out, "JPEG", quality=60)
    return out.getvalue()


def office(*names: str, types: str = "x") -> bytes:
    """An archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", types)
        for name in names:
            book.writestr(name, "x")
    return out.getvalue()


def draft(city: City) -> ActivityRecord:
    return records.save_draft(
        by=city.user("secretary"), party_organization=city["CZ1111"], kind="THEME_DAY", draft_key=uuid4(), typed={},
        at=timezone.now(),
    )  # fmt: skip


def attach(city: City, record: ActivityRecord, data: bytes, name: str = "合影.jpg", **told: object) -> Attachment:
    return files.attach(by=city.user("secretary"), record=record, data=data, name=name, on=TODAY, **told)


def test_a_photo_loses_its_position_and_stands_upright(city: City):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (30.0, 15.0, 0.0)
    found = attach(city, draft(city), photo(size=(64, 48), exif=exif), name="../合影.PNG")
    with kept.content(found.file) as content, Image.open(content) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (48, 64), {})
    assert (found.name, found.content_type) == ("合影.jpg", "image/jpeg")
    assert b"\xff\xd8" not in (Path(settings.DATA_DIR) / found.file).read_bytes()[:40], "encrypted"
    assert AuditEntry.objects.filter(action="activities.attach", object_id=str(found.pk)).exists()


def test_of_several_pictures_in_one_the_first_is_kept():
    """MPO, as the cameras of many phones write it."""
    out = io.BytesIO()
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (64, 48), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])
    found = attachments.read(out.getvalue())
    with Image.open(io.BytesIO(found.data)) as image:
        assert (found.content_type, image.format) == ("image/jpeg", "JPEG")
        assert image.convert("RGB").getpixel((9, 9))[0] > 200


@pytest.mark.parametrize("turn", range(1, 9))
def test_however_a_photo_was_held_it_stands_upright(turn: int):
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    sent = photo(kind="PNG", exif=exif)
    with Image.open(io.BytesIO(sent)) as image, Image.open(io.BytesIO(attachments.read(sent).data)) as shown:
        assert shown.tobytes() == ImageOps.exif_transpose(image).tobytes()


def test_whatever_the_camera_wrote_is_no_failure():
    """Tags of a wrong type beside the one that is read; a file that is broken at any place."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x010F] = 6, "相机"
    for sent in (photo(exif=exif), photo(kind="PNG", exif=exif), photo(kind="WEBP", exif=exif)):
        for place in range(12, min(len(sent), 300)):
            for sign in (0, 2, 5, 255):
                with suppress(Refusal):
                    found = attachments.read(sent[:place] + bytes([sign]) + sent[place + 1 :])
                    assert found.content_type.startswith("image/")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_photos_stay_what_they_are_and_large_ones_become_smaller(city: City, kind: str):
    found = attach(city, draft(city), photo(size=(3000, 60), kind=kind))
    with kept.content(found.file) as content, Image.open(content) as image:
        assert (image.format, image.width) == (kind, attachments.EDGE)


@pytest.mark.parametrize(
    ("data", "name", "suffix"),
    [
        (b"%PDF-1.7 ...", "签到表.docx", "签到表.pdf"),
        (office("word/document.xml"), "讲稿", "讲稿.docx"),
        (office("xl/workbook.xml", "xl/printerSettings/printerSettings1.bin"), "名单.xls", "名单.xlsx"),
    ],
)
def test_a_document_is_what_its_content_says(city: City, data: bytes, name: str, suffix: str):
    assert attach(city, draft(city), data, name=name).name == suffix


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<html><script>alert(1)</script>", "只能上传照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只能上传照片"),
        (b"", "只能上传照片"),
        (b"\xff\xd8\xff\xe0 no more", "只能上传照片"),
        (b"GIF89a....", "只能上传照片"),
        (b"PK\x03\x04 broken", "只能上传照片"),
        (office("payload.exe"), "只能上传照片"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "带有宏"),
        (office("word/document.xml", "word/embeddings/oleObject1.bin"), "带有宏"),
        (
            office(
                "word/document.xml", "word/a.bin", types='<Default ContentType="application/vnd.ms-office.vbaProject"'
            ),
            "宏",
        ),
        (
            office(
                "word/document.xml", types="application/vnd.ms-word.document.macroEnabled".encode("utf-16-le").decode()
            ),
            "损坏",
        ),
        (office("word/document.xml", types=" " * (1 << 20) + "vbaProject"), "损坏"),
        (b"%PDF-" + b"0" * (10 << 20), "不超过 10 MB"),
    ],
    ids=[
        "html",
        "svg",
        "empty",
        "half-a-photo",
        "gif",
        "broken",
        "any-archive",
        "macros",
        "embedded",
        "renamed",
        "two-bytes-a-sign",
        "padded",
        "too-large",
    ],
)
def test_anything_else_is_refused_in_a_sentence_and_nothing_stays(city: City, data: bytes, refusal: str):
    record = draft(city)
    with pytest.raises(Refusal, match=refusal):
        attach(city, record, data, name="photo.jpg")
    assert not Attachment.objects.exists()
    assert not list(Path(settings.DATA_DIR).glob("attachments/*"))


def test_the_same_file_twice_is_one_and_the_tenth_is_refused(city: City):
    record = draft(city)
    first, again = attach(city, record, photo(1)), attach(city, record, photo(1))
    assert first.pk == again.pk
    for seed in range(2, 10):
        attach(city, record, photo(seed))
    with pytest.raises(Refusal, match="最多 9 个"):
        attach(city, record, photo(10))
    assert len(list(Path(settings.DATA_DIR).glob("attachments/*"))) == 9


def test_a_record_that_was_handed_in_takes_no_more_and_gives_none(city: City):
    members(city, 3)
    key = uuid4()
    record = records.save_draft(
        by=None, party_organization=city["CZ1111"], kind="THEME_DAY", draft_key=key, typed={}, at=timezone.now()
    )
    attachment = attach(city, record, photo())
    file_record(city, key=key)
    with pytest.raises(Refusal, match="不能再增减"):
        attach(city, record, photo(2))
    with pytest.raises(Refusal, match="不能再增减"):
        files.remove_attachment(by=None, attachment=attachment)


def test_what_is_removed_or_discarded_is_gone_from_the_disk_too(city: City, django_capture_on_commit_callbacks):
    record = draft(city)
    attachment, other = attach(city, record, photo(1)), attach(city, record, photo(2))
    with django_capture_on_commit_callbacks(execute=True):
        files.remove_attachment(by=city.user("secretary"), attachment=attachment)
    assert (kept.is_kept(attachment.file), kept.is_kept(other.file)) == (False, True)
    with django_capture_on_commit_callbacks(execute=True):
        records.discard(by=city.user("secretary"), record=record)
    assert not kept.is_kept(other.file)
    assert not ActivityRecord.objects.exists()


def test_a_full_disk_says_so_and_the_draft_is_kept(city: City, monkeypatch: pytest.MonkeyPatch):
    record = draft(city)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(kept, "keep", full)
    with pytest.raises(Refusal, match="磁盘空间不足，文件没有保存；已填写的内容都在"):
        attach(city, record, photo())
    assert ActivityRecord.objects.filter(pk=record.pk).exists()


def test_a_photo_that_another_record_shows_is_told_even_smaller_and_taken_on_another_day(city: City):
    members(city, 3)
    members(city, 3, of="CZ1112")
    found = []
    for branch, size in (("CZ1111", (640, 480)), ("CZ1112", (320, 240))):
        key = uuid4()
        told = {"party_organization": city[branch], "kind": "THEME_DAY", "draft_key": key, "typed": {}}
        record = records.save_draft(by=None, at=timezone.now(), **told)
        attach(city, record, smaller(photo(3, (640, 480)), size), taken_on=LONG_AGO)
        found.append(file_record(city, of=branch, key=key, content="各不相同的内容。" * 20 + branch))
    assert [record.flags for record in found] == ["A9", "A9"], "of another day; and shown before"
    sentences = [one.sentence for one in checked(found, city.scope("city"), on=TODAY)[found[1].pk]]
    assert sentences == ["照片“合影.jpg”在其他记录中用过", "照片拍摄于 2020-01-01，与活动日期不同"]
