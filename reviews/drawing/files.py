"""The files of a draw: written once, read back as they were written."""

import io
import zipfile
from pathlib import Path

from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file
from reviews.assignment import verify_draw
from reviews.models import Draw

DRAW_FILE = "draw_file"


def content_of(stored: StoredFile | None) -> bytes:
    """The bytes of a file of the certificate. Raises FileNotFoundError when the storage lost it."""
    if stored is None:
        raise FileNotFoundError("this draw has no such file yet")
    with open_file(stored) as file:
        content: bytes = file.read()
    return content


def files_of(draw: Draw) -> dict[str, bytes]:
    """The files of the certificate by their names, in the order in which they are checked."""
    found = {"inputs.json": content_of(draw.inputs), "manifest.json": content_of(draw.manifest)}
    if draw.result_id is not None:
        found["draw.json"] = content_of(draw.result)
    for change in draw.changes.select_related("file"):
        found[f"change-{change.serial}.json"] = content_of(change.file)
    return found


def certificate_of(draw: Draw) -> bytes:
    """The certificate as a zip file: what was drawn, and the program that checks it without the portal."""
    found = files_of(draw)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
        program = Path(verify_draw.__file__).read_bytes()
        archive.writestr(zipfile.ZipInfo("verify_draw.py", (2020, 1, 1, 0, 0, 0)), program)
        archive.writestr(zipfile.ZipInfo("README.txt", (2020, 1, 1, 0, 0, 0)), README.format(files=" ".join(found)))
    return buffer.getvalue()


README = """重点产品质量攻关 评审专家抽取证明 / Certificate of a draw of experts

核验方法（只需 Python 3.11，不需要本系统）/ To check it, with plain Python 3.11 and without the portal:

    python verify_draw.py {files}

退出码 0 表示全部通过 / Exit status 0: everything holds.
"""
