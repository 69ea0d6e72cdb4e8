"""The sentences of reasons and verdicts: code, English msgid, Chinese. Params that have two names are chosen by language."""

from collections.abc import Mapping
from typing import Any, Literal

from matching.engine.model import Reason

Language = Literal["en", "zh"]

# code: (English, Chinese)
REASONS: dict[str, tuple[str, str]] = {
    "passage_words": ("Both speak of %(shared)s", "双方都提到%(shared)s"),
    "passage_concept": ("“%(need)s” is what %(technology)s is for: “%(offer)s”", "需求“%(need)s”，能力“%(offer)s”，都属于%(technology)s"),
    "passage_meaning": ("Close in meaning: “%(need)s” and “%(offer)s”", "意思相近：“%(need)s”与“%(offer)s”"),
    "fit_whole": ("The two texts as a whole are close", "两段文字整体相近"),
    "fit_low": ("The two texts have little in common", "需求与能力的描述相关性较低"),
    "field_same": ("Same field: %(need)s", "应用领域相同：%(need)s"),
    "field_differs": ("The field asked for is %(need)s, the one offered %(offer)s", "需求属于%(need)s领域，能力属于%(offer)s领域"),
    "field_unknown": ("The field of the capability is not given", "能力未填写应用领域"),
    "sector_same": ("Same industry: %(need)s", "所属行业相同：%(need)s"),
    "sector_near": ("Neighbouring industries: %(need)s and %(offer)s", "行业相近：%(need)s与%(offer)s"),
    "sector_differs": ("The industry asked for is %(need)s, the one offered %(offer)s", "需求属于%(need)s，能力属于%(offer)s"),
    "sector_unknown": ("The industries cannot be compared", "所属行业未填写或无法比较"),
    "technologies_shared": ("Technologies in common: %(shared)s", "技术相通：%(shared)s"),
    "technologies_near": ("Technologies of the same kind", "技术同属一类"),
    "technologies_differ": ("No technology in common", "未见相同或相近的技术"),
    "technologies_unknown": ("The technologies of one side are not given", "一方未写明技术"),
    "trl_met": ("Readiness TRL %(offer)s reaches the TRL %(need)s asked for", "技术成熟度 %(offer)s 级，达到要求的 %(need)s 级"),
    "trl_known": ("Readiness TRL %(offer)s; no level is asked for", "技术成熟度 %(offer)s 级，机会未设要求"),
    "trl_low": ("Readiness TRL %(offer)s is below the TRL %(need)s asked for", "技术成熟度 %(offer)s 级，低于要求的 %(need)s 级"),
    "trl_unknown": ("The readiness level is not given", "未填写技术成熟度"),
    "credential_met": ("Holds %(held)s, valid to %(expires)s", "持有%(held)s，有效至 %(expires)s"),
    "credential_met_undated": ("Holds %(held)s", "持有%(held)s"),
    "credential_expired": ("%(held)s ended on %(expires)s", "%(held)s已于 %(expires)s 到期"),
    "credential_missing": ("%(asked)s is asked for and not among those held", "要求%(asked)s，所列资质中没有"),
    "credential_unknown": ("Whether %(asked)s is held is not known", "是否具备%(asked)s未知，未计入扣分"),
    "region_home": ("The firm is at the place: %(home)s", "企业就在当地：%(home)s"),
    "region_served": ("Serves %(place)s", "服务区域覆盖%(place)s"),
    "region_nationwide": ("Serves the whole country", "服务区域为全国"),
    "region_outside": ("Serves %(served)s only, not %(place)s", "服务区域为%(served)s，不含%(place)s"),
    "region_elsewhere": ("The firm is at %(home)s; its service area is not given", "企业在%(home)s，未写明服务区域"),
    "region_unknown": ("Whether %(place)s is served is not known", "是否服务%(place)s未知"),
    "supplier_met": ("From, or serving, the place that suppliers may come from", "符合供应商区域要求"),
    "supplier_outside": ("Suppliers must come from %(asked)s", "要求供应商来自%(asked)s，企业不在此列"),
    "supplier_unknown": ("Suppliers must come from %(asked)s; whether serving it is enough is to be asked", "要求供应商来自%(asked)s，是否符合需向双方确认"),
    "price_fits": ("The price (%(offer)s) fits the budget (%(need)s)", "报价 %(offer)s，在预算 %(need)s 之内"),
    "price_reaches": ("The price (%(offer)s) reaches beyond the budget (%(need)s)", "报价 %(offer)s，部分超出预算 %(need)s"),
    "price_above": ("The price (%(offer)s) begins above the budget (%(need)s)", "报价 %(offer)s，高于预算 %(need)s"),
    "price_unknown": ("Whether the price fits the budget is not known", "预算与报价无法比较"),
    "deadline_past": ("The deadline was %(day)s", "机会已于 %(day)s 截止"),
    "only_verified": ("Open to verified organisations only", "仅向已核验单位开放"),
    "verified_unknown": ("Open to verified organisations only; verification is not known", "仅向已核验单位开放，核验情况未知"),
    "same_owner": ("Need and offer are of the same organisation", "供需双方是同一单位"),
    "discounted": ("Conditions count in part only, because the content is little related", "内容相关性不高，其余各项按比例折算"),
}  # fmt: skip

PART_NAMES: dict[str, tuple[str, str]] = {
    "need_fit": ("Need and offer", "需求与能力"),
    "field_technology": ("Field and technology", "领域与技术"),
    "maturity": ("Readiness", "成熟度"),
    "credentials": ("Credentials", "资质证照"),
    "region": ("Region", "地域"),
    "terms": ("Budget and terms", "预算与条件"),
    "barred": ("Conditions not met", "不满足硬性条件"),
}
ITEMS: dict[str, tuple[str, str]] = {
    "field": ("Field", "应用领域"),
    "sector": ("Industry", "所属行业"),
    "technologies": ("Technologies", "技术"),
    "min_trl": ("Readiness", "成熟度"),
    "credential": ("Title or certificate", "资质证照"),
    "service_regions": ("Service area", "服务区域"),
    "service_region_required": ("Where suppliers may come from", "供应商区域"),
    "budget": ("Budget", "预算"),
    "deadline": ("Deadline", "截止日期"),
    "visibility": ("Visibility", "可见范围"),
    "direction": ("Both sides", "供需双方"),
    "required_titles": ("Titles asked for", "资质要求"),
    "required_certs": ("Certificates asked for", "认证要求"),
}

Both = tuple[str, str]  # the same in English and in Chinese


def both(word: str) -> Both:
    """A word that is the same in both languages."""
    return word, word


def chosen(value: Any, language: Language) -> Any:
    """A param in a language: pairs are (English, Chinese), lists of pairs are joined."""
    if isinstance(value, tuple) and len(value) == 2:
        return value[0] if language == "en" else value[1]
    if isinstance(value, list):
        return (", " if language == "en" else "、").join(str(chosen(item, language)) for item in value)
    return value


def fill(template: str, params: Mapping[str, Any], language: Language) -> str:
    """A sentence with its params in a language."""
    return template % {name: chosen(value, language) for name, value in params.items()}


def sentence(reason: Reason, language: Language = "zh") -> str:
    """A reason in words."""
    return fill(REASONS[reason.code][0 if language == "en" else 1], reason.params, language)
