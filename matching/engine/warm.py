"""Compile what is compiled at first use, by using it once: `python -m matching.engine.warm`."""

from datetime import date

from matching.engine import Concepts, Corpus, Need, Offer, explain


def warm() -> None:
    """Match two needs with three offers in every way there is. The compiled code is kept on disk for all processes."""
    needs = [Need(f"N{n}", (("title", text),)) for n, text in enumerate(("管网巡检", "夜游票务"))]
    offers = [Offer(f"O{n}", (("title", text),)) for n, text in enumerate(("管网漏损监测", "票务平台", "茶园遥感"))]
    corpus = Corpus.build(needs, offers, concepts=Concepts(()), day=date(2026, 1, 1))
    list(corpus.merge([corpus.score()]).pairs(2, 1))
    corpus.pair("N0", "O0")
    corpus.match_need("N0", 2)
    corpus.match_offer("O0", 2)
    explain(corpus, "N0", "O0")


if __name__ == "__main__":
    warm()
