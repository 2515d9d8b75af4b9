from datetime import UTC, datetime, timedelta

from models.outputs import Action
from stream.web.machine.actions_view import actions_view
from tests.stream.web.made_up import history_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def said(kind, minutes=0, **others):
    fields = {"machine": "m", "point": "", "time": NOW - timedelta(minutes=minutes), "kind": kind}
    return Action(**{**fields, **others})


def test_what_people_said_is_listed_in_their_own_words():
    finding = said("finding", 30, verdict="confirmed", fault="外圈", done="更换轴承", by="王伟", point="驱动端")
    accepted = said("accept")
    english = actions_view([accepted, finding], now=NOW, zone=UTC, language="en")
    assert [each.what for each in english] == ["Accepted as new normal", "Fault confirmed"]
    assert english[1].text == "驱动端 · 外圈 · 更换轴承"
    assert english[1].when.endswith(", 王伟")
    assert "," not in english[0].when, "nobody is named where nobody is known"
    chinese = actions_view([finding, said("maintenance", done="更换轴承")], now=NOW, zone=UTC, language="zh")
    assert [each.what for each in chinese] == ["确认故障", "维修"]
    assert len({each.id for each in (*english, *chinese)}) == 3


def test_a_shelf_is_listed_with_its_end_and_its_reason_and_a_refusal_with_what_to_do():
    until = NOW + timedelta(hours=2)
    shelved = said("shelve", point="DE", rule="change", until=until, reason="已订轴承", by="王伟")
    refused = said(
        "shelve", 1, rule="change", until=until, reason="known", refused="Too long.", refused_zh="过长。"
    )
    views = actions_view([shelved, refused, said("unshelve", 2)], now=NOW, zone=UTC, language="en")
    assert [each.what for each in views] == ["Shelved until 14:00", "Shelving refused", "No longer shelved"]
    assert [each.text for each in views] == [
        "DE · vibrates more than it used to · 已订轴承",
        "vibrates more than it used to · known · Too long.",
        "",
    ]
    assert actions_view([refused], now=NOW, zone=UTC, language="zh")[0].text == "振动明显高于平时 · known · 过长。"


def test_an_accepted_plan_of_silence_is_told_as_such_in_both_languages():
    plan = said(
        "accept", done="--rhythm Mon-Thu 18:00-06:00; Fri 18:00 - Mon 06:00; up to 4h", by="王伟", note="夜间停产"
    )
    (english,) = actions_view([plan], now=NOW, zone=UTC, language="en")
    assert english.what == "Accepted as quiet by plan"
    assert english.text == "Mon-Thu 18:00-06:00; Fri 18:00 - Mon 06:00; up to 4h · 夜间停产"
    (chinese,) = actions_view([plan], now=NOW, zone=UTC, language="zh")
    assert chinese.what == "确认为计划静默"
    assert chinese.text == "周一-周四 18:00-06:00；周五 18:00 至 周一 06:00；最长 4h · 夜间停产"
    (ended,) = actions_view([said("accept", done="--rhythm none")], now=NOW, zone=UTC, language="zh")
    assert (ended.what, ended.text) == ("取消静默计划", "")
    (later,) = actions_view([said("accept", done="--rhythm 每逢节日")], now=NOW, zone=UTC, language="en")
    assert (later.what, later.text) == ("Accepted as quiet by plan", "每逢节日")


def test_a_rule_that_this_page_does_not_know_is_shown_as_it_is():
    (view,) = actions_view([said("unshelve", rule="nosuch")], now=NOW, zone=UTC, language="zh")
    assert view.text == "nosuch"


def test_a_kind_that_this_page_does_not_know_is_shown_as_it_is():
    (view,) = actions_view([said("finding", verdict="perhaps")], now=NOW, zone=UTC, language="zh")
    assert view.what == "finding"


def test_the_page_reads_the_newest_of_what_was_said(tmp_path):
    history = history_of(
        tmp_path, [said("accept", minutes, note=f"第{minutes}条") for minutes in range(20)], "m", now=NOW
    )
    assert [action.note for action in history.actions] == [f"第{minutes}条" for minutes in range(8)]


def test_renaming_and_swapping_are_told_in_both_languages():
    actions = [
        said("asset", 1, asset="SN 4712", former_asset="SN 4711"),
        said("asset", 2, asset="SN 4711"),
        said("renamed", 3, alias="P-102", by="王伟", note="新网关"),
    ]
    english = actions_view(actions, now=NOW, zone=UTC, language="en")
    assert [(each.what, each.text) for each in english] == [
        ("Asset", "SN 4711 → SN 4712"),
        ("Asset", "SN 4711"),
        ("Renamed", "P-102 · 新网关"),
    ]
    chinese = actions_view(actions, now=NOW, zone=UTC, language="zh")
    assert [each.what for each in chinese] == ["资产", "资产", "更名"]
