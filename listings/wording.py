"""Texts as people write them, cut for a row of a list or into points."""

import re

MOST = 72
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）.、．](?!\d)|[①-⑳]|[-•·●])\s*")


def opening(text: str, most: int = MOST) -> str:
    """The first whole sentences that fit into `most` characters; of a longer first one, its beginning."""
    said = ""
    for sentence in _SENTENCE.findall(text):
        if len(said) + len(sentence.strip()) > most:
            break
        said += sentence.strip()
    if said:
        return said.rstrip("；;") + ("。" if said[-1] in "；;" else "")
    return text[: most - 1] + "…" if len(text) > most else text


def points(text: str) -> list[str]:
    """The lines of a text as points, without the numbers that people typed before them."""
    lines = [_NUMBERING.sub("", line).strip().rstrip("；;") for line in re.split(r"[\n；;]", text)]
    return [line for line in lines if line]
