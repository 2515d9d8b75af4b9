"""What people call that which matters for a kind of machine."""

from models.machinery.pack import Matters
from models.texts.indicator_names import indicator_name

__all__ = ["matter_label"]


def matter_label(matters: Matters) -> tuple[str, str]:
    """Give the name of an indicator, temperature or reading in English and in Chinese."""
    if matters.label is not None:
        return matters.label.en, matters.label.zh
    return indicator_name(matters.name)
