"""What is said of measurements that come and are not judged: how many, why, and what to do, in both languages."""

from models.advice.crowding import MAX_POINTS
from models.bilingual import Bilingual, Language
from models.clock import AHEAD_US, SECOND_US
from models.condition.intake import Cause
from models.outputs import Intake
from stream.texts.times import span_text

__all__ = ["cause_text", "intake_text", "remedy_text"]

_CAUSES: dict[Cause, Bilingual] = {
    "future": Bilingual(
        "{n} of {all} measurements within {span} are stamped ahead of their time (the last one by {apart}): they "
        "are stored, not judged",
        "{span}内{all}次测量中有{n}次时间戳超前（最近一次超前{apart}）：只存储，不评定",
    ),
    "late": Bilingual(
        "{n} of {all} measurements within {span} came late or out of order: they are stored, not judged",
        "{span}内{all}次测量中有{n}次迟到或乱序：只存储，不评定",
    ),
    "duplicates": Bilingual(
        "{n} of {all} measurements within {span} had come before and were left out",
        "{span}内{all}次测量中有{n}次是重复数据，已略去",
    ),
    "crowded": Bilingual(
        "{n} of {all} measurements within {span} are of points beyond the {most} that a machine may have: left out",
        "{span}内{all}次测量中有{n}次来自超出上限（每台{most}个）的测点，已略去",
    ),
    "put_aside": Bilingual(
        "{n} of {all} messages within {span} could not be read and were put aside",
        "{span}内{all}条消息中有{n}条无法读取，已搁置",
    ),
    "nothing_judged": Bilingual(
        "{unjudged} measurements in a row have come and none could be judged",
        "连续收到{unjudged}次测量，均无法评定",
    ),
    "strangers": Bilingual(
        "{machines} machines that nobody has described sent {n} messages within {span}, which were put "
        "aside: {names}",
        "{span}内有{machines}台未登记的设备发来{n}条消息，已搁置：{names}",
    ),
}
_REMEDIES: dict[Cause, Bilingual] = {
    "future": Bilingual(
        "Set the clock of the sender: it is ahead, or writes local time as UTC. If every machine says so, the "
        "worker's is behind.",
        "请校准发送端时钟：时钟超前，或把本地时间当作UTC发送。若所有设备均如此，则是工作进程的时钟落后。",
    ),
    "late": Bilingual(
        "Let the sender send in order of time, oldest first, and one sender alone.",
        "请让发送端按时间顺序发送（先旧后新），并只用一个发送端。",
    ),
    "duplicates": Bilingual(
        "Look at the gateway: it sends again what it has sent, or two send the same.",
        "请检查网关：重复发送，或两个网关发送同样的数据。",
    ),
    "crowded": Bilingual(
        "Give points names that stay: does the sender name a new one in each message?",
        "请使用固定的测点名称：发送端是否每条消息都换新名称？",
    ),
    "put_aside": Bilingual(
        "The log of the worker and the topic dead-letter say what is wrong with each.",
        "工作进程日志和dead-letter主题记有每条消息的原因。",
    ),
    "nothing_judged": Bilingual(
        "Look at the sender: its clock, its order, and whether it repeats itself.",
        "请检查发送端：时钟、发送顺序以及是否重复发送。",
    ),
    "strangers": Bilingual(
        "Describe them in machines.toml, or see [limits] in stethos.toml.",
        "请在machines.toml中登记，或查看stethos.toml的[limits]。",
    ),
}
_NOTHING_AHEAD = Bilingual(
    "{unjudged} measurements in a row have come and none could be judged, the last one stamped {apart} ahead of "
    "its time",
    "连续收到{unjudged}次测量，均无法评定，最近一次时间戳超前{apart}",
)
_ABOVE = Bilingual("{n} or more", "至少{n}")
_MOST_NAMES, _MANY_NAMES = 5, 1000
"""Names that are shown; and from how many on there may be more of them than were counted."""


def cause_text(intake: Intake, cause: Cause, language: Language) -> str:
    """Say what is not judged, with numbers, without an end."""
    counts: dict[Cause, int] = {
        "future": intake.future,
        "late": intake.late,
        "duplicates": intake.duplicates,
        "crowded": intake.crowded,
        "put_aside": intake.put_aside,
        "strangers": intake.put_aside,
    }
    many = intake.stranger_count
    more = "…" if many > _MOST_NAMES else ""
    comma = "、" if language == "zh" else ", "
    ahead = cause == "nothing_judged" and _is_ahead(intake)
    return (_NOTHING_AHEAD if ahead else _CAUSES[cause]).say(
        language,
        n=counts.get(cause, 0),
        all=intake.received,
        span=span_text(max(60.0, (intake.time - intake.since).total_seconds()), language),
        apart=span_text(_apart_s(intake), language),
        most=MAX_POINTS,
        unjudged=intake.unjudged,
        machines=_ABOVE.say(language, n=many) if many >= _MANY_NAMES else many,
        names=comma.join(intake.strangers[:_MOST_NAMES]) + more,
    )


def remedy_text(intake: Intake, cause: Cause, language: Language) -> str:
    """Say what to do about it, in a whole sentence."""
    if cause == "nothing_judged" and _is_ahead(intake):
        cause = "future"
    return _REMEDIES[cause].say(language)


def intake_text(intake: Intake, found: tuple[Cause, ...], language: Language) -> str:
    """Say all of it, the likeliest cause first, and what to do about that one."""
    stop, space = ("。", "") if language == "zh" else (".", " ")
    said = [cause_text(intake, cause, language) + stop for cause in found]
    return space.join([*said, remedy_text(intake, found[0], language)])


def _is_ahead(intake: Intake) -> bool:
    return _apart_s(intake) > AHEAD_US / SECOND_US


def _apart_s(intake: Intake) -> float:
    """Give how far the last one that came was stamped ahead of its arrival."""
    if intake.measured is None or intake.arrived is None:
        return 0.0
    return (intake.measured - intake.arrived).total_seconds()
