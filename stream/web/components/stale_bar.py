"""The bar that a browser shows by itself where nothing has reached it for a while: no server is needed for that."""

from nicegui import ui

from models.bilingual import Bilingual, Language
from stream.web.components.elements import container, set_attributes, text
from stream.web.scripts import UPDATE_AGE

__all__ = ["add_stale_bar", "count_age"]

_BEFORE = Bilingual("This page has not been updated for", "本页面已")
_AFTER = Bilingual("min", "分钟未更新")
_HELP = Bilingual(
    "What is shown is older. Reload it; where that does not help, tell whoever runs the system: page or network.",
    "以下内容是之前的。请刷新页面；若无效，请联系系统管理员检查页面服务和网络。",
)


def add_stale_bar(language: Language) -> None:
    """Add the bar; it stays hidden (page.css) until the script of `count_age` says otherwise."""
    root = container("div", "notice n-error stale-bar")
    set_attributes(root, role="alert")
    with root:
        with container("strong", "notice-title"):
            text("span", "", _BEFORE.say(language) + (" " if language == "en" else ""))
            text("span", "stale-minutes")
            text("span", "", (" " if language == "en" else "") + _AFTER.say(language))
        text("span", "notice-text", _HELP.say(language))


def count_age() -> None:
    """Let the viewer's browser count from now on how long ago the page was updated."""
    ui.run_javascript(UPDATE_AGE)
