"""A text in both languages of the project, English and Chinese: one type for every text that stands in the code."""

from typing import Literal, NamedTuple

__all__ = ["Bilingual", "Language"]

Language = Literal["en", "zh"]


class Bilingual(NamedTuple):
    """One text in both languages; `{names}` stand for values where it is a template."""

    en: str
    zh: str

    def say(self, language: Language, **values: object) -> str:
        """Give the text with its values filled in; values are taken as they are, braces in them too.

        >>> Bilingual("{n} of {all}", "{all}中的{n}").say("zh", n=1, all=4)
        '4中的1'
        """
        return (self.zh if language == "zh" else self.en).format(**values)
