"""Refuses a form with far too much in it before Django puts its files on the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class RefuseTooLarge(FileUploadHandler):
    """A form carries one file. What is a little too large is told so on the page, not here."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        if content_length > 2 * settings.ATTACHMENT_MAX_BYTES:
            raise RequestDataTooBig("The form is too large.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # on to the handlers that keep it

    def file_complete(self, file_size: int) -> None:
        return None
