"""What the page says of measurements that come and are not judged: of all machines, and on the page of one."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from models.bilingual import Bilingual, Language
from models.condition.intake import Cause, all_strangers, causes_in_force, is_of_strangers
from models.machinery.machine import Machine
from models.outputs import Intake
from stream.texts.intake_texts import intake_text
from stream.web.views.machine_names import machine_name
from stream.web.views.notices_view import Notice
from stream.web.views.snapshot import Snapshot

__all__ = ["fleet_intake_notices", "machine_intake_notices", "unjudged_machines"]

_OF_ONE = Bilingual("{names}: not all that comes is judged", "{names}：部分数据未评定")
_OF_SOME = Bilingual(
    "{n} machines of which not all that comes is judged: {names}", "{n}台设备的数据未全部评定：{names}"
)
_OF_THIS = Bilingual("Not all that comes of this machine is judged", "该设备的数据未全部评定")
_STRANGERS = Bilingual("Machines that nobody has described were put aside", "未登记设备的数据已搁置")
_NAMES, _TOLD = 10, 3
"""How many machines are named, and how many are told of in full: the rest say it on their own pages."""


def unjudged_machines(snapshot: Snapshot, clock: datetime) -> dict[str, tuple[Intake, tuple[Cause, ...]]]:
    """Give the machines of which more than a little goes unjudged, those first of which nothing is."""
    found = [(each, causes_in_force(each, clock)) for each in snapshot.intakes if not is_of_strangers(each)]
    told = [(each, why) for each, why in found if why]
    told.sort(key=lambda pair: (-pair[0].unjudged, pair[0].machine))
    return {each.machine: (each, why) for each, why in told}


def fleet_intake_notices(
    snapshot: Snapshot, machines: Mapping[str, Machine], clock: datetime, language: Language
) -> tuple[Notice, ...]:
    """Name the machines of which more than a little goes unjudged, and say it of strangers."""
    notices = []
    unjudged = unjudged_machines(snapshot, clock)
    if unjudged:
        named = {name: machine_name(machines.get(name) or Machine(id=name), language) for name in unjudged}
        comma, colon = ("、", "：") if language == "zh" else (", ", ": ")
        more = "…" if len(named) > _NAMES else ""
        title = (_OF_ONE if len(named) == 1 else _OF_SOME).say(
            language, n=len(named), names=comma.join(list(named.values())[:_NAMES]) + more
        )
        said = [intake_text(each, why, language) for each, why in list(unjudged.values())[:_TOLD]]
        if len(named) > 1:
            said = [name + colon + text for name, text in zip(named.values(), said, strict=False)]
        text = ("" if language == "zh" else " ").join(said)
        notices.append(Notice(kind="warning", title=title, text=text, about="intake"))
    strangers = all_strangers(snapshot.intakes, clock)
    if strangers is not None:
        notices.append(_notice(_STRANGERS, strangers, ("strangers",), language))
    return tuple(notices)


def machine_intake_notices(
    snapshot: Snapshot, machine: str, clock: datetime, language: Language
) -> tuple[Notice, ...]:
    """Say of one machine what of it goes unjudged, why, and what to do."""
    own = tuple(each for each in snapshot.intakes if each.machine == machine)
    found = unjudged_machines(msgspec.structs.replace(snapshot, intakes=own), clock).get(machine)
    return () if found is None else (_notice(_OF_THIS, *found, language),)


def _notice(title: Bilingual, intake: Intake, why: tuple[Cause, ...], language: Language) -> Notice:
    return Notice(
        kind="warning",
        title=title.say(language),
        text=intake_text(intake, why, language),
        about="strangers" if is_of_strangers(intake) else "intake",
    )
