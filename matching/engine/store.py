"""A folder of arrays: written beside and renamed, checked when opened, its arrays shared by all who map them."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
LISTING = "listing.json"
Array = NDArray[Any]


class Torn(Exception):
    """A folder that cannot be used: a file is missing, short or altered, or it was written by another version."""


def write(folder: Path, arrays: Mapping[str, Array], about: Mapping[str, Any]) -> None:
    """Write arrays and `about` (JSON) to a folder; nobody ever sees it half written.

    A whole folder that somebody else has put there in the meantime is kept. Raises OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    beside.mkdir()
    try:
        files = {}
        for name, array in arrays.items():
            path = beside / f"{name}.npy"
            with path.open("wb") as file:
                np.save(file, np.ascontiguousarray(array), allow_pickle=False)
                _settle(file)
            files[path.name] = [path.stat().st_size, _sum(path)]
        _write_listing(beside / LISTING, {"format": FORMAT, "files": files, "about": dict(about)})
        _put(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def read(folder: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays, mapped into memory for reading, and `about`. Raises Torn."""
    listing = _listing(folder)
    arrays = {}
    for name, (size, digest) in listing["files"].items():
        path = folder / name
        try:
            if path.stat().st_size != size or _sum(path) != digest:
                raise Torn(f"{path} is short or altered")
            arrays[path.stem] = _mapped(path)
        except (OSError, ValueError) as error:
            raise Torn(f"{path}: {error}") from error
    return arrays, listing["about"]


def about(folder: Path) -> dict[str, Any]:
    """What was written beside the arrays. Raises Torn."""
    found: dict[str, Any] = _listing(folder)["about"]
    return found


def _mapped(path: Path) -> Array:
    try:
        found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        # an array without elements cannot be mapped
        found = np.load(path, allow_pickle=False)
    return found


def _listing(folder: Path) -> dict[str, Any]:
    try:
        kept = json.loads((folder / LISTING).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Torn(f"{folder}: {error}") from error
    listing: dict[str, Any] = kept["listing"] if isinstance(kept, dict) and "listing" in kept else {}
    if not listing or kept.get("sum") != _sum_of_listing(listing):
        raise Torn(f"{folder / LISTING} is altered")
    if listing["format"] != FORMAT:
        raise Torn(f"{folder} was written by another version")
    return listing


def _write_listing(path: Path, listing: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump({"listing": listing, "sum": _sum_of_listing(listing)}, file)
        _settle(file)


def _put(beside: Path, folder: Path) -> None:
    try:
        os.rename(beside, folder)
    except OSError:
        if not folder.is_dir():
            raise
        try:
            read(folder)
        except Torn:
            torn = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.torn")
            os.rename(folder, torn)
            os.rename(beside, folder)
            shutil.rmtree(torn, ignore_errors=True)


def _settle(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sum_of_listing(listing: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(listing, sort_keys=True).encode()).hexdigest()
