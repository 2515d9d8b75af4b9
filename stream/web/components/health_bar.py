"""Health as a bar of 100: what is left is plain, what was taken off is hatched, piece by piece."""

from nicegui import ui

from stream.web.views.machine_view import MachineView

__all__ = ["HealthBar", "bar_svg"]

_HEIGHT = 14


class HealthBar:
    """The bar; the words beside it say the same."""

    def __init__(self) -> None:
        self.root = ui.html("", sanitize=False, tag="div").classes("bar")

    def show(self, view: MachineView) -> None:
        """Show a machine's health."""
        self.root.set_content(bar_svg(view.score, tuple(deduction.points for deduction in view.deductions)))


def bar_svg(score: float | None, deductions: tuple[float, ...]) -> str:
    """Draw the bar: `score` from the left, then the deductions; an empty outline where health is withheld.

    >>> bar_svg(None, ()).count("<rect")
    1
    >>> bar_svg(70.0, (20.0, 10.0)).count('class="off')
    2
    """
    pieces = ['<rect class="rail" x="0" y="0" width="100" height="14"/>']
    if score is not None:
        pieces.append(f'<rect class="left" x="0" y="0" width="{score:g}" height="{_HEIGHT}"/>')
        start = score
        for number, points in enumerate(deductions):
            width = max(points - 0.4, 0.2)
            shade = number % 2
            pieces.append(f'<rect class="off off{shade}" x="{start + 0.4:g}" y="0" width="{width:g}" height="14"/>')
            start += points
    return (
        f'<svg viewBox="0 0 100 {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(pieces)}</svg>"
    )
