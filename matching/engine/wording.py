"""The sentences of reasons and verdicts: code, English msgid, Chinese. Params that have two names are chosen by language."""

from collections.abc import Mapping
from typing import Any, Literal

from matching.engine.model import Reason

Language = Literal["en", "zh"]

# code: (English, Chinese)
REASONS: dict[str, tuple[str, str]] = {
    "words_shared": ("Both texts say %(shared)s", "双方都写到%(shared)s"),
    "passage_concept": ("The opportunity says “%(need)s”, the capability “%(offer)s”: both are about %(technology)s", "需求写“%(need)s”，能力写“%(offer)s”，都与%(technology)s有关"),
    "passage_best": ("Closest to each other: “%(need)s” and “%(offer)s”", "最接近的一处：需求写“%(need)s”，能力写“%(offer)s”"),
    "passage_also": ("Close as well: “%(need)s” and “%(offer)s”", "另一处接近：需求写“%(need)s”，能力写“%(offer)s”"),
    "fit_whole": ("The two texts as a whole are close in meaning", "两段文字整体意思相近"),
    "fit_little": ("The two texts touch in some points", "两段文字只有少许相近"),
    "fit_low": ("The two texts are for the most part not about the same thing", "两段文字大部分说的不是同一件事"),
    "field_same": ("Same field: %(need)s", "应用领域相同：%(need)s"),
    "field_differs": ("The field asked for is %(need)s, the one offered %(offer)s", "需求属于%(need)s领域，能力属于%(offer)s领域"),
    "field_unknown": ("The field of the capability is not given", "能力未填写应用领域"),
    "sector_same": ("Same industry: %(need)s", "所属行业相同：%(need)s"),
    "sector_near": ("Neighbouring industries: %(need)s and %(offer)s", "行业相近：%(need)s与%(offer)s"),
    "sector_differs": ("The industry asked for is %(need)s, the one offered %(offer)s", "需求属于%(need)s，能力属于%(offer)s"),
    "sector_unknown": ("The industry of the capability is not given", "能力未填写所属行业"),
    "sector_incomparable": ("Industry: the opportunity says %(need)s, the capability %(offer)s; they are not from one list and cannot be compared", "行业：机会写%(need)s，能力写%(offer)s，不在同一目录，无法比较"),
    "technologies_shared": ("Technologies in common: %(shared)s", "技术相通：%(shared)s"),
    "technologies_near": ("The technologies of both sides are of the same kind", "双方的技术属于同一类"),
    "technologies_differ": ("No technology in common, nor one of the same kind", "未见相同或相近的技术"),
    "technologies_unknown": ("The capability names none of the listed technologies", "能力未写明目录中的技术，是否相通未知"),
    "trl_met": ("Readiness TRL %(offer)s, %(more)s above the TRL %(need)s asked for", "技术成熟度 %(offer)s 级，比要求的 %(need)s 级高 %(more)s 级"),
    "trl_exact": ("Readiness TRL %(offer)s, just as asked for", "技术成熟度 %(offer)s 级，正好达到要求"),
    "trl_known": ("Readiness TRL %(offer)s; the opportunity asks for no level", "技术成熟度 %(offer)s 级，机会未设要求"),
    "trl_low": ("Readiness TRL %(offer)s, %(less)s below the TRL %(need)s asked for", "技术成熟度 %(offer)s 级，比要求的 %(need)s 级低 %(less)s 级"),
    "trl_unknown": ("The readiness level of the capability is not given", "能力未填写技术成熟度"),
    "credential_met": ("Holds “%(held)s”, valid to %(expires)s", "持有“%(held)s”，有效至 %(expires)s"),
    "credential_met_undated": ("Holds “%(held)s”", "持有“%(held)s”"),
    "credential_expired": ("%(held)s is asked for; the one held ended on %(expires)s", "要求“%(held)s”，所持的已于 %(expires)s 到期"),
    "credential_missing": ("%(asked)s is asked for and not among those listed", "要求“%(asked)s”，所列资质中没有"),
    "credential_unknown": ("%(asked)s is asked for; whether the firm holds it is not known, so no points are taken off", "要求“%(asked)s”，是否持有未知，不扣分"),
    "region_home": ("The firm is based right there: %(home)s", "企业就在当地：%(home)s"),
    "region_served": ("Serves %(place)s", "服务区域覆盖%(place)s"),
    "region_nationwide": ("Serves the whole country, %(place)s included", "服务区域为全国，包括%(place)s"),
    "region_outside": ("Serves %(served)s only, not %(place)s", "服务区域为%(served)s，不含%(place)s"),
    "region_elsewhere": ("The firm is at %(home)s; its service area is not given", "企业在%(home)s，未写明服务区域"),
    "region_unknown": ("Whether %(place)s is served is not known", "未写明是否服务%(place)s"),
    "supplier_met": ("Comes from where suppliers are asked to be: %(asked)s", "符合供应商区域要求（%(asked)s）"),
    "supplier_outside": ("Suppliers must come from %(asked)s", "要求供应商来自%(asked)s，企业不在此列"),
    "supplier_unknown": ("Suppliers must come from %(asked)s; whether serving it is enough is to be asked", "要求供应商来自%(asked)s，是否符合需向双方确认"),
    "price_fits": ("The price (%(offer)s) fits the budget (%(need)s)", "报价%(offer)s，在预算%(need)s之内"),
    "price_reaches": ("The price (%(offer)s) reaches beyond the budget (%(need)s)", "报价%(offer)s，部分超出预算%(need)s"),
    "price_above": ("The price (%(offer)s) begins above the budget (%(need)s)", "报价%(offer)s，高于预算%(need)s"),
    "price_unknown": ("The capability gives no price to compare with the budget (%(need)s)", "能力未填写报价，无法与预算%(need)s比较"),
    "price_open": ("The budget names only a lower end (%(need)s); whether the price (%(offer)s) fits is not known", "预算只写了下限（%(need)s），报价%(offer)s是否合适未知"),
    "deadline_past": ("The deadline was %(day)s", "机会已于 %(day)s 截止"),
    "only_verified": ("Open to verified organisations only", "仅向已核验单位开放"),
    "verified_unknown": ("Open to verified organisations only; verification is not known", "仅向已核验单位开放，核验情况未知"),
    "same_owner": ("Need and offer are of the same organisation", "供需双方是同一单位"),
    "learned_for": ("What was approved and accepted so far speaks for such pairs", "以往的审核与答复更认可这类配对"),
    "learned_against": ("What was approved and accepted so far speaks against such pairs", "以往的审核与答复较少认可这类配对"),
    "discounted": ("The two texts have little to do with each other, so readiness, credentials, region and budget count in part only", "两段文字关系不大，因此成熟度、资质、地域、预算只计部分分数"),
}  # fmt: skip

PART_NAMES: dict[str, tuple[str, str]] = {
    "need_fit": ("Need and offer", "需求与能力"),
    "field_technology": ("Field and technology", "领域与技术"),
    "maturity": ("Readiness", "成熟度"),
    "credentials": ("Credentials", "资质证照"),
    "region": ("Region", "地域"),
    "terms": ("Budget and terms", "预算与条件"),
    "barred": ("Conditions not met", "不满足硬性条件"),
    "learned": ("Learned from decisions", "由历史决定修正"),
}
# what stands before a section that is no prose, where the texts are shown as one
SECTIONS: dict[str, tuple[str, str]] = {
    "deliverables": ("To be delivered: ", "交付："),
    "technologies": ("Technologies: ", "技术："),
    "sector": ("Industry: ", "行业："),
    "category": ("Category: ", "类别："),
    "scenes": ("Used for: ", "应用场景："),
    "cases": ("Cases: ", "案例："),
    "reference_case": ("Reference: ", "参考案例："),
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

# what the table of facets says in a few words; a reason that is not here says its sentence
VERDICTS: dict[str, tuple[str, str]] = {
    "field_same": ("same", "相同"),
    "field_differs": ("different", "不同"),
    "field_unknown": ("not given", "未填写"),
    "sector_same": ("same", "相同"),
    "sector_near": ("near", "相近"),
    "sector_differs": ("different", "不同"),
    "sector_unknown": ("not given", "未填写"),
    "sector_incomparable": ("cannot be compared", "无法比较"),
    "technologies_shared": ("in common: %(shared)s", "相通：%(shared)s"),
    "technologies_near": ("of the same kind", "同属一类"),
    "technologies_differ": ("none in common", "未见相通"),
    "technologies_unknown": ("not given", "未写明"),
    "trl_met": ("%(more)s above", "高 %(more)s 级"),
    "trl_exact": ("just met", "正好达到"),
    "trl_known": ("not asked for", "未设要求"),
    "trl_low": ("%(less)s below", "低 %(less)s 级"),
    "trl_unknown": ("not given", "未填写"),
    "credential_met": ("held, valid to %(expires)s", "具备，有效至 %(expires)s"),
    "credential_met_undated": ("held", "具备"),
    "credential_expired": ("ended on %(expires)s", "%(expires)s 到期"),
    "credential_missing": ("not listed", "所列资质中没有"),
    "credential_unknown": ("not known", "未知"),
    "region_home": ("at the place", "就在当地"),
    "region_served": ("served", "覆盖"),
    "region_nationwide": ("served", "覆盖"),
    "region_outside": ("not served", "不覆盖"),
    "region_elsewhere": ("at another place", "在外地，服务区域未写明"),
    "region_unknown": ("not known", "未写明"),
    "supplier_met": ("met", "符合"),
    "supplier_outside": ("not met", "不符合"),
    "supplier_unknown": ("to be asked", "需向双方确认"),
    "price_fits": ("within the budget", "在预算内"),
    "price_reaches": ("partly above", "部分超出"),
    "price_above": ("above the budget", "高于预算"),
    "price_unknown": ("not given", "未填写"),
    "price_open": ("cannot be told", "无法判断"),
    "deadline_past": ("past", "已截止"),
}

# what would change a pair; every one of them says "if it is so", since a record is to be true
CHANGES: dict[str, tuple[str, str]] = {
    "trl_given": ("If it is so: give readiness TRL %(level)s (nothing is given now)", "若属实：填写技术成熟度 %(level)s 级（现未填写）"),
    "trl_raised": ("If it is so: readiness TRL %(level)s (TRL %(now)s is given now)", "若属实：技术成熟度更新为 %(level)s 级（现填 %(now)s 级）"),
    "credentials_given": ("If it is so: list %(asked)s (nothing is listed now)", "若属实：列出所持的%(asked)s（现未填写）"),
    "credential_added": ("If it is so: add %(asked)s to what is held", "若属实：补列所持的%(asked)s"),
    "credential_renewed": ("If it has been renewed: give the new date of %(held)s (ended on %(expires)s)", "若已续期：更新%(held)s的有效期（所填的已于 %(expires)s 到期）"),
    "region_given": ("If it is so: give the area served, with %(places)s in it", "若属实：填写服务区域，其中包括%(places)s"),
    "region_added": ("If it is so: add %(places)s to the area served (now %(now)s)", "若属实：服务区域增加%(places)s（现为%(now)s）"),
    "price_given": ("If the price is %(budget)s: give it (nothing is given now)", "若报价%(budget)s：填写报价（现未填写）"),
    "price_lowered": ("If the price can be %(budget)s: give it (now %(now)s)", "若报价可做到%(budget)s：更新报价（现为 %(now)s）"),
    "field_given": ("If its field is “%(name)s”: give the field (nothing is given now)", "若应用领域确为“%(name)s”：填写应用领域（现未填写）"),
    "sector_given": ("If its industry is “%(name)s”: give the industry (nothing is given now)", "若所属行业确为“%(name)s”：填写所属行业（现未填写）"),
    "technologies_given": ("If they are used: name the technologies (the opportunity is about %(names)s)", "若确有使用：写明所用技术（该机会涉及%(names)s）"),
    "verified": ("Have the organisation verified: the opportunity is open to verified ones only", "完成单位核验：该机会仅向已核验单位开放"),
    "together": ("If all of these are so", "若以上各项都属实"),
}  # fmt: skip

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


def verdict(reason: Reason, language: Language = "zh") -> str:
    """How one facet stands, in a few words."""
    english, chinese = VERDICTS.get(reason.code, REASONS[reason.code])
    return fill(english if language == "en" else chinese, reason.params, language)


def change(code: str, params: Mapping[str, Any], language: Language = "zh") -> str:
    """What would change a pair, in words."""
    return fill(CHANGES[code][0 if language == "en" else 1], params, language)


def sentence(reason: Reason, language: Language = "zh") -> str:
    """A reason in words."""
    return fill(REASONS[reason.code][0 if language == "en" else 1], reason.params, language)
