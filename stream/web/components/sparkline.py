"""The sparkline: a machine's health over the last hours as a small picture, with gaps where it is withheld."""

from nicegui import ui

from stream.web.components.elements import container, set_attributes, set_classes, text
from stream.web.views.sparkline_view import HEIGHT, WIDTH, TrendView

__all__ = ["Sparkline", "trend_svg"]


class Sparkline:
    """The picture with its title and what its gaps mean."""

    def __init__(self) -> None:
        self.root = container("figure", "trend")
        with self.root:
            self._title = text("figcaption", "trend-title")
            with container("div", "trend-frame"):
                self._scale = text("span", "trend-scale")
                self._picture = ui.html("", sanitize=False, tag="div").classes("trend-picture")
            self._gaps = text("p", "trend-gaps")

    def show(self, view: TrendView | None) -> None:
        """Show a trend, or nothing."""
        set_classes(self.root, "trend" if view else "trend none")
        self._title.set_text(view.title if view else "")
        self._scale.set_text("100\n0" if view else "")
        self._picture.set_content(trend_svg(view) if view else "")
        self._gaps.set_text(view.gap_text if view else "")
        set_attributes(self.root, aria_label=view.title if view else "")


def trend_svg(view: TrendView) -> str:
    """Draw the lines and gaps; everything in it is numbers, and what is none raises `ValueError`."""
    gaps = [f'<rect class="gap" x="{gap.x:g}" y="0" width="{gap.width:g}" height="{HEIGHT}"/>' for gap in view.gaps]
    drawn = [" ".join(f"{x:g},{y:g}" for x, y in line) for line in view.lines]
    lines = [f'<polyline class="line" points="{points}"/>' for points in drawn]
    return (
        f'<svg viewBox="0 -3 {WIDTH} {HEIGHT + 6}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<line class="full" x1="0" y1="0" x2="{WIDTH}" y2="0"/><line class="zero" x1="0" y1="{HEIGHT}" '
        f'x2="{WIDTH}" y2="{HEIGHT}"/>{"".join(gaps)}{"".join(lines)}</svg>'
    )
