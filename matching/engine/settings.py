"""Every weight of the engine in one versioned object, each with a sentence that says what it does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERSION = "2"


def _weight(default: Any, zh: str, en: str) -> Any:
    return field(default=default, metadata={"zh": zh, "en": en})


@dataclass(frozen=True)
class Settings:
    """The weights of one run. A run keeps its copy: to_dict() and from_dict()."""

    version: str = _weight(VERSION, "设置的版本。", "The version of these settings.")
    need_fit: float = _weight(
        40.0, "需求与能力：两侧文字是否说的是同一件事。", "Points for what is needed and what is offered."
    )
    field_technology: float = _weight(
        20.0, "领域与技术：应用领域、行业、技术是否相通。", "Points for field, industry and technologies."
    )
    maturity: float = _weight(15.0, "成熟度：技术成熟度高出要求多少。", "Points for readiness beyond what is asked.")
    credentials: float = _weight(
        10.0, "资质证照：要求的称号与证照满足了几项。", "Points for the titles and certificates asked for."
    )
    region: float = _weight(10.0, "地域：企业所在地与服务区域离落地区域多近。", "Points for nearness and service area.")
    terms: float = _weight(5.0, "预算与条件：报价与预算是否相合。", "Points for a price that fits the budget.")
    meaning: float = _weight(
        0.6,
        "文字：有语义模型时，语义相近占几成，其余看用词。",
        "With a model of meaning, the share of nearness in meaning; the rest is words.",
    )
    latent: float = _weight(
        0.5,
        "文字：没有语义模型时，潜在语义占几成，其余看用词。",
        "Without a model, the share of latent meaning; the rest is words.",
    )
    title_meaning: float = _weight(
        0.3, "语义：标题在一条内容中占几成。", "The share of the title in the meaning of a listing."
    )
    title_share: float = _weight(
        0.35, "用词：机会标题的用词占几成。", "The share of the title's words in what an opportunity asks for."
    )
    single_characters: float = _weight(1.75, "用词：单个汉字按几倍计。", "How many times single characters count.")
    hub_correction: float = _weight(
        0.2, "热门修正：与谁都像的条目扣去多少。", "How much is taken from what resembles everything."
    )
    hub_neighbours: int = _weight(10, "热门修正看最近的几条。", "How many neighbours the hub correction looks at.")
    references: int = _weight(1024, "热门修正最多参照多少条机会。", "How many opportunities it refers to at most.")
    fit_middle: float = _weight(
        2.0, "标准化得分到此值时，需求与能力得一半分。", "The standard score that earns half the points."
    )
    fit_width: float = _weight(
        2.2, "标准化得分离中点多远才算拉开差距。", "How far from the middle a score has to be to count."
    )
    full_relevance: float = _weight(
        0.5,
        "内容相关度低于此值时，成熟度、资质、地域、预算按比例折算：条件再好，不相关也不推荐。",
        "Below this relevance, readiness, credentials, region and terms count in proportion.",
    )
    query_terms: int = _weight(
        80, "每条机会取最有区分力的多少个字词。", "How many telling terms of an opportunity are used."
    )
    saturation: float = _weight(
        1.2, "一个词重复出现时，多快不再加分。", "How soon a repeated word stops counting (k1)."
    )
    length_norm: float = _weight(0.6, "长文本的用词打多少折扣。", "How much long texts are discounted (b).")
    dimensions: int = _weight(
        256, "没有语义模型时，潜在语义的维数上限。", "Dimensions of latent meaning without a model."
    )
    top_offers: int = _weight(50, "每条机会保留多少条能力。", "How many capabilities are kept for each opportunity.")
    top_needs: int = _weight(10, "每条能力保留多少条机会。", "How many opportunities are kept for each capability.")

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Settings":
        """Settings kept by a run; names that this version does not know are refused with TypeError."""
        return cls(**kept)

    @property
    def points(self) -> dict[str, float]:
        """Points of each part, in the order in which they are shown."""
        return {name: getattr(self, name) for name in PARTS}


PARTS = ("need_fit", "field_technology", "maturity", "credentials", "region", "terms")
SENTENCES: dict[str, tuple[str, str]] = {f.name: (f.metadata["en"], f.metadata["zh"]) for f in fields(Settings)}
