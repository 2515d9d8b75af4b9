"""Labels of what matters for a kind of machine, as its pack has them or as indicators are called."""

from models.bilingual import Bilingual
from models.machinery.pack import Matters
from models.texts.indicator_names import indicator_name

__all__ = ["matter_label"]


def matter_label(matters: Matters) -> Bilingual:
    """Give the name of an indicator, temperature or reading in English and in Chinese."""
    if matters.label is not None:
        return Bilingual(matters.label.en, matters.label.zh)
    return indicator_name(matters.name)
