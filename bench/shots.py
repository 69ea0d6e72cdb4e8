"""The pages that are pictured: their names, where they are, who looks at them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shot:
    """One page: its address, and the links (patterns of addresses) to follow from there, one after the other."""

    name: str
    path: str
    follow: tuple[str, ...] = ()


ROW = r"/\w{12}/$"
PUBLIC = [
    Shot("home", "/"),
    Shot("opportunities", "/opportunities/"),
    Shot("opportunities-table", "/opportunities/?view=table"),
    Shot("opportunity", "/opportunities/", (rf"^/opportunities{ROW}",)),
    Shot("capabilities", "/capabilities/"),
    Shot("capability", "/capabilities/", (rf"^/capabilities{ROW}",)),
    Shot("batches", "/batches/"),
    Shot("batch", "/batches/", (rf"^/batches{ROW}",)),
    Shot("programmes", "/programmes/"),
    Shot("programme", "/programmes/", (rf"^/programmes{ROW}",)),
    Shot("search", "/search/?q=漏水"),
    Shot("figures", "/figures/"),
    Shot("organisation", "/opportunities/", (rf"^/opportunities{ROW}", rf"^/organisations{ROW}")),
    Shot("help", "/help/"),
    Shot("help-matching", "/help/matching/"),
    Shot("glossary", "/help/glossary/"),
    Shot("accessibility", "/accessibility/"),
    Shot("privacy", "/privacy/"),
    Shot("sign-in", "/accounts/login/"),
    Shot("sign-up", "/accounts/signup/"),
    Shot("missing", "/nowhere/"),
]
REVIEWER = [
    Shot("review", "/review/"),
    Shot("release", "/review/release/"),
    Shot("runs", "/runs/"),
    Shot("run", "/runs/", (rf"^/runs{ROW}",)),
    Shot("fairness", "/review/", (r"^/runs/\w{12}/fairness/$",)),
    Shot("learning", "/learning/"),
    Shot("ranker", "/learning/", (rf"^/learning{ROW}",)),
    Shot("listing-review", "/review/listings/"),
    Shot("registers", "/registers/"),
    Shot("organisations", "/registers/organisations/"),
    Shot("codes", "/registers/codes/"),
    Shot("imports", "/imports/"),
    Shot("import", "/imports/", (rf"^/imports{ROW}",)),
    Shot("message-reports", "/messages/reports/"),
    Shot("log", "/log/"),
    Shot("reviewer-desk", "/desk/"),
]
MEMBER = [
    Shot("desk", "/desk/"),
    Shot("matches", "/matches/"),
    Shot("match", "/matches/", (rf"^/matches{ROW}",)),
    Shot("why", "/matches/", (rf"^/matches{ROW}", r"^/why/\w{12}/\w{12}/$")),
    Shot("match-agreed", "/matches/?tab=agreed", (rf"^/matches{ROW}",)),
    Shot("mine", "/mine/"),
    Shot("deals", "/deals/"),
    Shot("deal", "/deals/", (rf"^/deals{ROW}",)),
    Shot("messages", "/messages/"),
    Shot("conversation", "/messages/", (rf"^/messages{ROW}",)),
    Shot("calendar", "/calendar/"),
    Shot("searches", "/searches/"),
    Shot("inbox", "/inbox/"),
    Shot("preferences", "/preferences/"),
    Shot("opportunity-new", "/opportunities/new/"),
    Shot("capability-new", "/capabilities/new/"),
    Shot("opportunity-edit", "/mine/", (rf"^/opportunities{ROW}", r"^/opportunities/\w{12}/edit/$")),
    Shot("import-new", "/imports/new/"),
]
OFFICE = [Shot("desk", "/desk/"), Shot("inbox", "/inbox/")]
# who they are, by words of the sample's list of sign-ins; their pages
ROLES: dict[str, tuple[tuple[str, ...], list[Shot]]] = {
    "visitor": ((), PUBLIC),
    "agency": (("agency", "政府", "市水务局负责人", "局"), MEMBER),
    "firm": (("firm", "企业", "科技负责人", "科技"), MEMBER),
    "reviewer": (("reviewer", "主办匹配审核", "审核"), REVIEWER),
    "leader": (("leader", "领导"), [Shot("overview", "/overview/"), *OFFICE]),
    "system": (("system", "系统管理"), OFFICE),
    "security": (("security", "安全管理"), OFFICE),
    "audit": (("audit", "审计管理"), [Shot("log", "/log/"), *OFFICE]),
}
# the pages that a project is judged by: these pictures lie in the repository
CHOSEN = {
    "visitor": ["home", "opportunities", "opportunity", "figures"],
    "agency": ["desk", "match", "why", "opportunity-new", "conversation"],
    "firm": ["desk", "matches"],
    "reviewer": ["review", "run"],
    "leader": ["overview"],
}
# those that are pictured in English too
IN_ENGLISH = {("visitor", "home"), ("reviewer", "review"), ("leader", "overview")}
