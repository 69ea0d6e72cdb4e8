"""What people are told is said in their language, days too."""

from django.utils.translation import override

from activity import kinds

KIND = kinds.Kind("match.example", title="by %(due)s", body="%(title)s by %(due)s", action="")


def test_it_says_a_day_as_people_say_it() -> None:
    params = {"title": "x", "due": "2001-03-17"}
    with override("zh-hans"):
        assert KIND.say_title(params) == "by 2001年3月17日"
    with override("en"):
        assert KIND.say_body(params) == "x by 17 Mar 2001"


def test_it_says_a_notice_without_its_day() -> None:
    assert KIND.say_body({"title": "x", "due": ""}) == "x by "
    assert KIND.say_body({"title": "x"}) == "x by —"
