"""A text in both languages of the project, English and Chinese: one type for every text that stands in the code."""

from typing import Literal, NamedTuple

__all__ = ["Bilingual", "Language"]

Language = Literal["en", "zh"]


class Bilingual(NamedTuple):
    """One text in both languages; `{names}` stand for values where it is a template."""

    en: str
    zh: str

    def say(self, language: Language, **values: object) -> str:
        """Give a template's text in a language with its values filled in, which are taken as they are.

        >>> Bilingual("{n} of {all}", "{all}中的{n}").say("zh", n=1, all=4)
        '4中的1'
        """
        return self.plain(language).format(**values)

    def plain(self, language: Language) -> str:
        """Give the text in a language as it stands: of a text that is no template, braces are only braces.

        >>> Bilingual("Flow {in}", "流量 {in}").plain("zh")
        '流量 {in}'
        """
        return self.zh if language == "zh" else self.en

    def fill(self, **values: object) -> "Bilingual":
        """Give a template's text in both languages with its values filled in.

        >>> Bilingual("{n:.1f} Hz", "{n:.1f} 赫兹").fill(n=25)
        Bilingual(en='25.0 Hz', zh='25.0 赫兹')
        """
        return Bilingual(self.en.format(**values), self.zh.format(**values))
