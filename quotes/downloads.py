"""How a file of a request is handed out, to buyers and to staff alike."""

from django.http import FileResponse

from quotes.models import Attachment

# Whatever a browser makes of the content: it runs nothing and loads nothing.
POLICY = "default-src 'none'; sandbox"


def served(attachment: Attachment, content: object) -> FileResponse:
    """The answer that saves a file and never shows it."""
    response = FileResponse(
        content,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, no-store"
    return response
