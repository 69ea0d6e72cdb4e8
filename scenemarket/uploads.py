"""Which files may be handed in: documents, tables and pictures that are what their name says."""

from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext_lazy as _

PDF, ZIP, OLE, JPEG, PNG = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"\x89PNG"
# what a file of that ending begins with; b"" for plain text, which holds no zero byte
BEGINNINGS = {
    ".pdf": PDF, ".docx": ZIP, ".xlsx": ZIP, ".pptx": ZIP, ".ofd": ZIP, ".doc": OLE, ".xls": OLE, ".ppt": OLE, ".wps": OLE,
    ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".txt": b"", ".csv": b"",
}  # fmt: skip
LOOKED_AT = 4096


def ending(file: Any) -> str:
    """The ending of an uploaded file's name, in small letters."""
    return PurePath(str(file.name)).suffix.lower()


def fault(file: Any) -> Any:
    """Why this file cannot be kept, as a sentence, or ""."""
    wanted = BEGINNINGS.get(ending(file))
    if wanted is None:
        return _("Files of this kind are not kept; please send PDF, Word, Excel, PowerPoint, OFD, text or a picture.")
    file.seek(0)
    found = file.read(LOOKED_AT)
    file.seek(0)
    if not found.startswith(wanted) or (not wanted and b"\x00" in found):
        return _("The file is not what its name says, so it was not kept; please save it again and send it once more.")
    return ""
