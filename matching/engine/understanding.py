"""What was meant when what was typed is in no text: pinyin, homophones, misspelt words."""

from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from matching.engine.asking import Words, runs
from matching.engine.sounds import Ear

SHORT, LONG = 4, 7  # letters from which one letter, two letters may be wrong
PINYIN, SOUND, SPELLING = "pinyin", "sound", "spelling"


class Understood(NamedTuple):
    """The words to look for, and how they came from what was typed; "" when they are what was typed."""

    text: str
    how: str


def understood(text: str, words: Words, ear: Ear) -> Understood:
    """What to look for instead of a text; the text itself when nothing better is known."""
    typed = runs(text)
    spelled = _as_pinyin(typed, words, ear)
    if spelled:
        return Understood(spelled, PINYIN)
    meant = [_meant(run, words, ear) for run in typed]
    ways = [each.how for each in meant if each.how]
    return Understood(" ".join(each.text for each in meant), ways[0]) if ways else Understood(text, "")


def _as_pinyin(typed: list[str], words: Words, ear: Ear) -> str:
    """Syllables that were typed with blanks between them."""
    latin = [run for run in typed if run.isascii() and run.isalpha() and not words.beginning(run)]
    return ear.spelled("".join(latin)) if len(latin) == len(typed) > 1 else ""


def _meant(run: str, words: Words, ear: Ear) -> Understood:
    if not run.isascii():
        heard = ear.homophones(run)
        return Understood(heard, SOUND if heard != run else "")
    if words.beginning(run) or not run.isalpha():
        return Understood(run, "")
    spelled = ear.spelled(run)
    if spelled:
        return Understood(spelled, PINYIN)
    near = _nearest(run, words)
    return Understood(near or run, SPELLING if near else "")


def _nearest(run: str, words: Words) -> str:
    """The word that differs least, of equals the most frequent."""
    if len(run) < SHORT:
        return ""
    most = 2 if len(run) >= LONG else 1
    near = process.extract(run, words.words, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=8)
    best = min(near, key=lambda found: (found[1], -words.seen[found[2]]), default=None)
    return best[0] if best and len(best[0]) >= SHORT else ""
