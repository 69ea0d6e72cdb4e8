"""The examples that the component book shows: invented, in the words of the sample city."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from scenemarket.marking import Span

NEED = (
    "老城区现有 DN100 至 DN600 供水管道 186 公里，铸铁管占六成，过去三年年均爆管 41 起。"
    "需要在不停水的条件下完成管道内外检测，定位误差不超过 1 米，并把结果接入市水务一张图。\n"
    "先行试点 20 公里文庙片区，夜间作业。涉水设备须有卫生许可批件，漏报率不高于 5%。"
)
OFFER = (
    "球形检测器随水流带压运行，适用 DN80 以上金属与非金属管道，漏点定位 0.6 米，已在两座城市在役管网累计检测 312 公里。\n"
    "平台提供四级告警，支持标准地图服务接口，可并入现有调度系统。单次续航 18 公里，回收后 40 分钟可再次下放。材质符合饮用水要求。"
)
PASSAGES = [
    ("不停水的条件下", "随水流带压运行", "for"),
    ("定位误差不超过 1 米", "漏点定位 0.6 米", "for"),
    ("接入市水务一张图", "支持标准地图服务接口", "for"),
    ("20 公里文庙片区", "单次续航 18 公里", "against"),
    ("卫生许可批件", "材质符合饮用水要求", "unknown"),
]


class ExampleForm(forms.Form):
    title = forms.CharField(label="机会名称", max_length=60, initial="老城区供水管网渗漏巡检与预警")
    need = forms.CharField(
        label="要解决的事",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="说清对象、数量和现在的做法，例如：186 公里管道，每月只能听漏 40 公里。",
    )
    field = forms.ChoiceField(label="应用领域", choices=[("", "请选择"), ("city", "城市"), ("society", "社会")])
    modes = forms.MultipleChoiceField(
        label="合作方式", widget=forms.CheckboxSelectMultiple, choices=[("pilot", "试点验证"), ("procurement", "政府采购"), ("challenge", "揭榜挂帅")], required=False,
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label="可见范围", widget=forms.RadioSelect, choices=[("public", "公开"), ("verified", "已认证单位")]
    )
    budget = forms.DecimalField(label="预算上限", required=False, help_text="不填即为未公开。")
    deadline = forms.DateField(label="征集截止", widget=forms.DateInput(attrs={"type": "date"}))
    agree = forms.BooleanField(label="内容不含涉密信息，已经本单位审核", required=True)


def spans(text: str, side: int) -> list[Span]:
    """Where each example passage of that side (0 need, 1 offer) stands in the text."""
    return [Span(at := text.index(row[side]), at + len(row[side]), n, row[2]) for n, row in enumerate(PASSAGES, 1)]


def examples() -> dict[str, Any]:
    """The context of the component book."""
    now = timezone.localtime()
    return {**_lists(now), **_notice(now), **_pair(), **_desk(now), **_pictures(), **_forms()}


def _row(
    title: str, summary: str, owner: str, region: str, figure: str, due: date, foot: str, modes: str = "试点验证"
) -> dict[str, Any]:
    meta = [owner, region, modes, "HC-2026-01-037"]
    return {"url": "#", "title": title, "summary": summary, "field": "city", "field_name": "城市", "meta": meta,
            "figure": figure, "due": due, "foot": foot, "score": None}  # fmt: skip


def _lists(now: datetime) -> dict[str, Any]:
    day = now.date()
    rows = [
        _row("老城区供水管网渗漏巡检与预警", "提供 186 公里管道与三年维修记录，先试点 20 公里，通过评审后采购。", "湖城市水务局", "东湖区", "280—350 万元", day + timedelta(23), "匹配 12，达成 2", "试点验证 → 政府采购"),
        _row("跨湖大桥斜拉索表面缺陷检测", "夜间封道窗口 4 小时，需给出裂缝位置与宽度，误差不超过 0.2 毫米。", "湖城路桥集团", "新桥区", "120 万元", day + timedelta(3), "匹配 9，达成 1"),
        _row("湖面蓝藻无人机巡查与打捞调度", "43 平方公里水面，每周两次，需与现有打捞船调度系统对接。", "湖城市生态环境局", "临江区", "未公开", day, "匹配 17，达成 5"),
    ]  # fmt: skip
    fields = [
        ("industry", "产业", 71),
        ("consumption", "消费", 29),
        ("society", "社会", 58),
        ("city", "城市", 83),
        ("digital", "数字基础设施", 47),
    ]
    modes = [("政府采购", 164), ("试点验证", 83), ("揭榜挂帅", 19), ("联合研发", 27), ("场景招商", 41), ("特许经营", 0)]
    regions = ["东湖区", "市直单位", "临江区", "新桥区", "港口新区", "云溪县", "临港市", "云岭市", "其他"]
    groups = [
        {"title": "应用领域", "name": "field", "options": [{"value": c, "label": w, "count": n, "checked": c == "city"} for c, w, n in fields]},
        {"title": "合作方式", "name": "mode", "options": [{"value": w, "label": w, "count": n, "checked": w == "试点验证"} for w, n in modes]},
        {"title": "地区", "name": "region", "options": [{"value": w, "label": w, "count": 19 - 2 * i} for i, w in enumerate(regions)]},
    ]  # fmt: skip
    chips = [
        {"name": "领域", "value": "城市", "url": "#"},
        {"name": "方式", "value": "试点验证", "url": "#"},
        {"name": "状态", "value": "征集中、已暂停", "url": "#"},
    ]
    page = Paginator(range(83), 8).page(1)
    return {"rows": rows, "groups": groups, "chips": chips, "page": page, "fields": fields, "crumbs": [("组件", "")]}


def _notice(now: datetime) -> dict[str, Any]:
    route = [
        {"title": "试点验证", "time": "4月—7月", "text": "20 公里，零采购费，提供场地与数据", "state": "now"},
        {"title": "专家评审", "time": "8月", "text": "定位误差、漏报率两项过线即通过"},
        {"title": "政府采购", "time": "9月", "text": "竞争性磋商，280—350 万元，已列入 2026 年预算"},
        {"title": "推广", "time": "2027年起", "text": "其余 166 公里，按年度续签"},
    ]
    conditions = [
        {
            "icon": "map-pin",
            "title": "场地",
            "text": "186 公里在役管道，12 处可下放检查井；首批试点在东湖区文庙片区 20 公里",
        },
        {"icon": "database", "title": "数据", "text": "三年维修记录 4,120 条，管网 GIS 底图，分区流量每 15 分钟一次"},
        {"icon": "tool", "title": "设备", "text": "抢修班组配合开井，提供 2 台听漏仪作对照"},
        {"icon": "users", "title": "用户", "text": "市水务局调度中心 24 人，文庙片区居民约 3.1 万户"},
    ]
    asks = [
        ("技术成熟度", "TRL 7 级以上，且在役管网用过"),
        ("资质与证照", "涉水产品卫生许可；测绘资质乙级以上"),
        ("单位所在地", "不限"),
        ("决策单位", "市水务局局长办公会，立项已批复"),
        ("可见范围", ""),
    ]
    return {
        "route": route, "conditions": conditions, "asks": asks,
        "deadline": now + timedelta(days=23), "published": now - timedelta(days=8), "soon": now + timedelta(days=2), "past": now - timedelta(days=2),
        "org_figures": [(14, "在列机会"), ("4 天", "答复中位"), (6, "已落地")],
    }  # fmt: skip


def _pair() -> dict[str, Any]:
    parts = [
        ("需求与能力", 34, 40),
        ("领域与技术", 18, 20),
        ("成熟度", 12, 15),
        ("资质证照", None, 10),
        ("地域", 8, 10),
        ("预算与条件", 4, 5),
    ]
    facts = [
        ("应用领域", "城市", "城市", "相同", "for"), ("技术", "声学检测、管道机器人、GIS", "声学检测、管道机器人、流量分析", "3 项同 2 项", "for"),
        ("成熟度", "TRL 7 以上", "TRL 8，两处在役管网", "高出 1 级", "for"), ("卫生许可", "须具备", "未上传", "未知", "unknown"),
        ("续航", "一次 20 公里", "一次 18 公里", "差 2 公里", "against"), ("预算", "280—350 万元", "260—400 万元", "相交", "for"),
    ]  # fmt: skip
    queue = [
        ("老城区供水管网渗漏巡检与预警", "带压球形检漏与管网预警服务", "青麦科技", "acc", "新", 86, True), ("跨湖大桥斜拉索表面缺陷检测", "爬索机器人与裂缝量测", "远岫机器人", "", "升 6", 86, True),
        ("地铁车站扶梯异响早期诊断", "声纹故障诊断终端", "听澜声学", "acc", "新", 85, True), ("集装箱外观查验", "箱面残损识别系统", "远岫机器人", "bad", "需回避", 84, False),
        ("冷链运输温度可信记录", "一次性温度标签", "衡准检测", "", "降 3", 84, True),
    ]  # fmt: skip
    return {
        "need": NEED, "need_spans": spans(NEED, 0), "offer": OFFER, "offer_spans": spans(OFFER, 1),
        "parts": [{"label": w, "points": n, "of": of} for w, n, of in parts],
        "pros": [{"n": 1, "text": "都在不停水条件下作业", "points": 14}, {"n": 2, "text": "定位 0.6 米，优于要求的 1 米", "points": 12}, {"n": 3, "text": "可接入市水务一张图", "points": 8}],
        "cons": [{"n": 4, "text": "续航 18 公里，试点 20 公里需分两段下放", "points": 3}], "gaps": [{"n": 5, "text": "卫生许可批件未上传，未计入扣分"}],
        "facts": [dict(zip(("label", "need", "offer", "verdict", "kind"), row, strict=True)) for row in facts],
        "titles": [
            {"name": "专精特新“小巨人”企业", "note": "国家级，有效至 2027年6月", "tone": "ok", "state": "已核验"},
            {"name": "高新技术企业", "note": "国家级，有效至 2026年11月", "tone": "ok", "state": "已核验"},
            {"name": "水务新技术推广名录", "note": "省级，2024年入选", "tone": "wait", "state": "待核验"},
        ],
        "queue": [dict(zip(("need", "offer", "firm", "tone", "tag", "score", "checked"), row, strict=True)) for row in queue],
    }  # fmt: skip


def _desk(now: datetime) -> dict[str, Any]:
    today = now.replace(hour=23, minute=50)
    duties = [
        ("已逾期", [{"due": now - timedelta(days=1), "icon": "bulb", "kind": "建议", "title": "青麦科技愿意承接：老城区供水管网渗漏巡检", "text": "对方 3月15日已同意，等您答复", "url": "#", "verb": "答复", "primary": True}]),
        ("今天", [{"due": today, "icon": "calendar-event", "kind": "洽谈", "title": "与听澜声学洽谈：扶梯异响早期诊断", "text": "市水务局 3 号会议室，纪要需在会后 2 天内上传", "url": "#", "verb": "看议程"}]),
        ("本周", [
            {"due": now + timedelta(days=2), "icon": "file-check", "kind": "佐证", "title": "签约佐证待补：临江泵站能耗优化", "text": "还差合同编号与金额", "url": "#", "verb": "补交"},
            {"due": now + timedelta(days=4), "icon": "message-question", "kind": "提问", "title": "衡准检测问：试点管段是否含塑料管", "text": "公开回复，其他单位也会看到", "url": "#", "verb": "回复"},
        ]),
    ]  # fmt: skip
    steps = ("发布", "匹配", "推送", "达成", "落地")
    mine = [
        ("老城区供水管网渗漏巡检与预警", "act", "征集中", "还有 23 天", (1, 12, 8, 2, 0)),
        ("临江泵站能耗优化", "ok", "已落地 1 个", "4月30日", (1, 16, 9, 3, 1)),
        ("泵站夜间无人值守", "bad", "被退回", "等修改", (0, 0, 0, 0, 0)),
    ]
    return {
        "duties": duties, "steps": steps,
        "mine": [{"title": t, "tone": tone, "state": word, "due": due, "steps": [{"label": w, "count": n, "of": counts[1] or 1 if i else 1} for i, (w, n) in enumerate(zip(steps, counts, strict=True))]} for t, tone, word, due, counts in mine],
        "lacks": [{"icon": "ruler-2", "text": "2 条没有写验收指标", "effect": "影响匹配"}, {"icon": "coin-yuan", "text": "5 条没有预算区间", "effect": "影响响应"}, {"icon": "copy", "text": "1 条与东湖区住建局相近", "effect": "可合并"}],
    }  # fmt: skip


def _pictures() -> dict[str, Any]:
    bins = [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8, 8, 7, 7, 6, 6, 5, 5, 7, 6, 4, 3, 2, 1, 1, 0]
    firms = ["远岫机器人", "青麦科技", "听澜声学", "知更健康", "衡准检测", "澄川智能", "北辰低空"]
    counts = [
        (firms[i] if i < len(firms) else f"单位 {i + 1}", n)
        for i, n in enumerate([8, 5, 4, 3, 3, 3] + [2] * 6 + [1] * 22)
    ]
    figures = [
        {"label": "发布机会", "value": "1,406", "note": "同比多 212", "url": "#"},
        {"label": "双方达成", "value": "812", "note": "同比多 164", "url": "#"},
        {"label": "签约金额", "value": "41.6", "unit": "亿元", "note": "只计有合同佐证的 361 个", "url": "#"},
        {"label": "答复中位", "value": "4.2", "unit": "天", "note": "同比快 1.9 天"},
    ]
    return {
        "bins": bins,
        "firm_counts": counts,
        "big_figures": figures,
        "tabs": [
            {"label": "全部", "url": "#", "count": 14, "active": True},
            {"label": "征集中", "url": "#", "count": 9},
            {"label": "草稿", "url": "#", "count": 3},
        ],
    }


def _forms() -> dict[str, Any]:
    faulty = ExampleForm(
        {
            "title": "管网",
            "need": "",
            "field": "city",
            "modes": ["pilot"],
            "visibility": "public",
            "budget": "很多",
            "deadline": "",
        }
    )
    steps = [
        {"label": "要解决的事", "note": "已填", "done": True, "url": "#"},
        {"label": "提供的条件", "note": "2 / 4 项", "now": True},
        {"label": "对承接单位的要求"},
        {"label": "检查与提交"},
    ]
    log = [
        {"at": timezone.now(), "who": "周文澜", "what": "退回：老城区供水管网渗漏巡检", "why": "交付物没有写验收指标"},
        {"at": timezone.now() - timedelta(days=1), "who": "林知夏", "what": "提交审核", "why": ""},
    ]
    return {"form": ExampleForm(), "faulty": faulty, "form_steps": steps, "log": log}
