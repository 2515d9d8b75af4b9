"""The languages of what people read, and which one a browser prefers."""

from models.bilingual import Language

__all__ = ["LANGUAGES", "OTHER_LANGUAGE", "choose_language", "spoken"]

LANGUAGES: tuple[Language, ...] = ("en", "zh")
OTHER_LANGUAGE: dict[Language, tuple[Language, str]] = {"en": ("zh", "中文"), "zh": ("en", "English")}
"""Where a page in a language leads to, in that one's own words."""


def spoken(language: Language, english: str, chinese: str) -> str:
    """Give a text in a language, in English where there is no Chinese.

    >>> spoken("zh", "too hot", "过热"), spoken("zh", "too hot", "")
    ('过热', 'too hot')
    """
    return (chinese if language == "zh" else "") or english


def choose_language(accept_language: str) -> Language:
    """Give the language that a browser prefers, by its `Accept-Language` header.

    >>> choose_language("zh-CN,zh;q=0.9,en;q=0.8"), choose_language("de, en;q=0.7, zh;q=0.3"), choose_language("")
    ('zh', 'en', 'en')
    """
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language: Language | None = (
            "zh" if tag.lower().startswith("zh") else "en" if tag.lower().startswith("en") else None
        )
        weight = _weight(parameter)
        if language and weight > best[0]:
            best = (weight, language)
    return best[1]


def _weight(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
