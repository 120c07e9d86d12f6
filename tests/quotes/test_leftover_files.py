"""Files that no request has are put aside and removed weeks later; nothing else is touched."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from integrations.engine import runner
from integrations.engine.models import SyncJob
from quotes.actors import buyer as as_buyer
from quotes.models import Attachment
from quotes.services import leftover_files
from quotes.services.attachments import add_attachment, open_attachment
from tests.quotes.factories import RfqFactory

pytestmark = pytest.mark.django_db
LEFT = "ab" + "c" * 46


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENT_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def attachment() -> Attachment:
    rfq = RfqFactory(submitted=True)
    upload = SimpleUploadedFile("drawing.pdf", b"%PDF-1.7\n1 0 obj\n")
    return add_attachment(rfq, actor=as_buyer(rfq.buyer), upload=upload)


def written(path: Path, age: timedelta) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"left")
    aged(path, age)
    return path


def aged(path: Path, age: timedelta) -> None:
    then = time.time() - age.total_seconds()
    os.utime(path, (then, then))


def path_of(folder: Path, attachment: Attachment) -> Path:
    return folder / attachment.stored_as[:2] / attachment.stored_as


def swept() -> dict[str, int]:
    leftover_files.start_sweep()
    runner.drain("batch")
    job = SyncJob.objects.latest("id")
    assert job.state == "done", job.error_text
    found: dict[str, int] = job.steps.get().output
    return found


def test_file_without_a_row_is_put_aside_then_removed(folder: Path) -> None:
    left = written(folder / "ab" / LEFT, timedelta(days=2))

    assert swept() == {"aside": 1, "back": 0, "removed": 0}
    aside = folder / "aside" / LEFT
    assert (left.exists(), aside.exists()) == (False, True)
    assert swept() == {"aside": 0, "back": 0, "removed": 0}

    aged(aside, timedelta(days=31))
    assert swept() == {"aside": 0, "back": 0, "removed": 1}
    assert not aside.exists()


def test_file_of_a_deleted_request_goes_too(folder: Path, attachment: Attachment) -> None:
    path = path_of(folder, attachment)
    aged(path, timedelta(days=2))
    attachment.rfq.delete()

    assert swept()["aside"] == 1
    assert not path.exists()


def test_running_upload_is_left_alone(folder: Path) -> None:
    path = written(folder / "ab" / LEFT, timedelta(hours=23))

    assert swept()["aside"] == 0
    assert path.exists()


def test_file_of_a_request_stays_however_old(folder: Path, attachment: Attachment) -> None:
    aged(path_of(folder, attachment), timedelta(days=900))

    assert swept() == {"aside": 0, "back": 0, "removed": 0}
    with open_attachment(attachment, buyer=attachment.rfq.buyer) as content:
        assert content.read().startswith(b"%PDF")


def test_what_a_late_restored_row_has_comes_back(folder: Path, attachment: Attachment) -> None:
    path = path_of(folder, attachment)
    aside = written(folder / "aside" / attachment.stored_as, timedelta(days=60))
    path.replace(aside)
    aged(aside, timedelta(days=60))

    assert swept() == {"aside": 0, "back": 1, "removed": 0}
    assert path.exists()


@pytest.mark.parametrize("name", ["README", "ab" + "c" * 45, "AB" + "C" * 46, "cd" + "c" * 46])
def test_what_the_portal_did_not_name_is_never_touched(folder: Path, name: str) -> None:
    path = written(folder / "ab" / name, timedelta(days=90))

    assert swept()["aside"] == 0
    assert path.exists()


def test_link_to_elsewhere_is_never_followed(folder: Path, tmp_path_factory: Any) -> None:
    secret = written(tmp_path_factory.mktemp("else") / "secret", timedelta(days=90))
    (folder / "ab").mkdir()
    (folder / "ab" / LEFT).symlink_to(secret)

    assert swept()["aside"] == 0
    assert secret.exists()


def test_one_sweep_at_a_time_and_none_without_a_folder(settings: Any, folder: Path) -> None:
    assert [leftover_files.start_sweep() for _ in range(2)] == [1, 1]
    assert SyncJob.objects.count() == 1
    settings.ATTACHMENT_ROOT = folder / "nowhere"
    assert leftover_files.start_sweep() == 0
