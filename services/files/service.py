"""Files: what the doors and other rooms use.

upload = await begin(session, actor, BeginUpload(name="plan.pdf", size=52_113, type="application/pdf"))
…the client PUTs the bytes to upload.upload.url…
file = await complete(db, actor, upload.file.id)        # state ready, or processing until a job has looked at it
"""

from services.files.attaching import attachment, attachments, portfolio, set_portfolio, show_portfolio
from services.files.photos import remove_photo, set_photo
from services.files.previews import drop_preview, keep_preview
from services.files.reading import download_url, get, list_own, local_copy, thumbnail
from services.files.upkeep import delete, drop
from services.files.uploading import begin, complete

__all__ = [
    "attachment",
    "attachments",
    "begin",
    "complete",
    "delete",
    "download_url",
    "drop",
    "drop_preview",
    "get",
    "keep_preview",
    "list_own",
    "local_copy",
    "portfolio",
    "remove_photo",
    "set_photo",
    "set_portfolio",
    "show_portfolio",
    "thumbnail",
]
