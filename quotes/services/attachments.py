"""Files of a request: checked in, kept under a random name, opened by whoever may see it.

The content lies below ATTACHMENT_ROOT, which no web server serves.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.models import Buyer, User
from quotes.actors import Actor
from quotes.errors import Incomplete, NotPermitted
from quotes.models import Attachment, Rfq
from quotes.policies import files
from quotes.states import RFQ_TERMINAL

logger = logging.getLogger(__name__)

SEES_REQUESTS = "quotes.view_rfq"


class Upload(Protocol):
    """What a form hands over: a Django UploadedFile is one."""

    name: str | None

    def chunks(self) -> Iterator[bytes]: ...


class BadFile(Incomplete):
    """This file cannot be attached; the text says why."""

    code = "bad_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    name: str
    path: Path
    size: int
    sha256: str


def add_attachment(rfq: Rfq, *, actor: Actor, upload: Upload) -> Attachment:
    """Checks a file and keeps it with the request, while that is open.

    Raises BadFile for a type, size or number that is not allowed, NotPermitted for a buyer of
    another account. Nothing stays behind of what was refused.
    """
    name, stored = files.clean_name(upload.name or ""), _store(upload.chunks())
    try:
        with stored.path.open("rb") as content:
            content_type = files.content_type_of(name, content)
        if content_type is None:
            raise BadFile(_wrong_type())
        return _attach(rfq, actor, name, content_type, stored)
    except BaseException:
        stored.path.unlink(missing_ok=True)
        raise


def open_attachment(
    attachment: Attachment, *, buyer: Buyer | None = None, user: User | None = None
) -> BinaryIO:
    """The content, for a buyer of the request's account or for staff who see requests.

    Raises NotPermitted for everybody else, FileNotFoundError where the file is gone.
    """
    if not _may_see(attachment.rfq, buyer, user):
        raise NotPermitted("This file belongs to somebody else.")
    return _path_of(attachment.stored_as).open("rb")


@transaction.atomic
def _attach(rfq: Rfq, actor: Actor, name: str, content_type: str, stored: _Stored) -> Attachment:
    locked = Rfq.objects.select_for_update().get(pk=rfq.pk)
    _refuse_strangers(locked, actor)
    if locked.state in RFQ_TERMINAL:
        raise BadFile(_("This request is closed; nothing can be added to it."))
    most = settings.ATTACHMENTS_PER_REQUEST
    if Attachment.objects.filter(rfq=locked).count() >= most:
        raise BadFile(_("A request has at most %(most)s files.") % {"most": most})
    attachment = Attachment.objects.create(
        rfq=locked,
        name=name,
        content_type=content_type,
        size=stored.size,
        sha256=stored.sha256,
        stored_as=stored.name,
        added_by=actor.name[:120],
    )
    logger.info("attachment_added attachment=%s rfq=%s", attachment.pk, rfq.pk)
    return attachment


def _store(chunks: Iterable[bytes]) -> _Stored:
    """Writes the content under a random name, no further than is allowed."""
    name, digest, size = secrets.token_hex(24), hashlib.sha256(), 0
    path = _path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(path, "xb", opener=_private) as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.ATTACHMENT_MAX_BYTES:
                    raise BadFile(_too_large())
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise BadFile(_("This file is empty."))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _Stored(name=name, path=path, size=size, sha256=digest.hexdigest())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _path_of(stored_as: str) -> Path:
    return Path(settings.ATTACHMENT_ROOT) / stored_as[:2] / stored_as


def _may_see(rfq: Rfq, buyer: Buyer | None, user: User | None) -> bool:
    if buyer is not None:
        return rfq.account_id is not None and buyer.account_id == rfq.account_id
    return user is not None and user.is_staff and user.has_perm(SEES_REQUESTS)


def _refuse_strangers(rfq: Rfq, actor: Actor) -> None:
    if actor.buyer_id is None:
        return
    buyer = Buyer.objects.filter(pk=actor.buyer_id).first()
    if buyer is None or not _may_see(rfq, buyer, None):
        raise NotPermitted("This request belongs to somebody else.")


def _wrong_type() -> str:
    known = ", ".join(files.EXTENSIONS)
    text = _("This file is not what its name says, or of a kind we do not take. We take %(known)s.")
    return text % {"known": known}


def _too_large() -> str:
    megabytes = settings.ATTACHMENT_MAX_BYTES // 1_000_000
    return _("A file has at most %(megabytes)s MB.") % {"megabytes": megabytes}
