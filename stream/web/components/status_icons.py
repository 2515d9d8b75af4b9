"""Icons of statuses, told apart without colour too: drawn here, no font and no file needed."""

from stream.web.views.standing import Standing

__all__ = ["status_icon_svg"]

_OPEN = '<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">'
_LINE = 'fill="none" stroke="var(--mark)" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"'
_BODY = 'fill="var(--fill)" stroke="var(--edge)" stroke-width="1.6" stroke-linejoin="round"'

_SHAPES: dict[Standing, str] = {
    # An octagon, as a stop sign.
    "critical": f'<path {_BODY} d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path {_LINE} d="M12 7v6M12 17v.1"/>',
    # A triangle, as a warning sign.
    "warning": f'<path {_BODY} d="M12 2.5L22.5 21h-21z"/><path {_LINE} d="M12 9v5M12 17.6v.1"/>',
    # A diamond.
    "watch": f'<path {_BODY} d="M12 1.5L22.5 12 12 22.5 1.5 12z"/><path {_LINE} d="M12 7.5v5M12 16.3v.1"/>',
    # A plug pulled out of its socket.
    "sensor_fault": (
        f'<rect {_BODY} x="2" y="2" width="20" height="20" rx="4"/><path {_LINE} d="M7 17L17 7M7 7l3 3M14 14l3 3"/>'
    ),
    # An empty, broken ring.
    "no_data": (
        '<circle cx="12" cy="12" r="9" fill="none" stroke="var(--edge)" stroke-width="2.4" stroke-dasharray="4 4"/>'
    ),
    # A broken ring with a question mark.
    "not_judged": (
        '<circle cx="12" cy="12" r="9.5" fill="none" stroke="var(--edge)" stroke-width="2" stroke-dasharray="4 4"/>'
        f'<path {_LINE} d="M9 9.5a3 3 0 1 1 4 2.8c-.7.3-1 .8-1 1.7M12 17.2v.1"/>'
    ),
    # An empty, broken square: it has yet to send anything.
    "unheard": (
        '<rect x="3" y="3" width="18" height="18" rx="2" fill="none" stroke="var(--edge)" stroke-width="2.2" '
        'stroke-dasharray="4 3.2"/>'
    ),
    # A clock: it is expected back.
    "planned": (f'<circle {_BODY} cx="12" cy="12" r="9.5" style="fill:none"/><path {_LINE} d="M12 6.5V12l4 2.5"/>'),
    # A square crossed out.
    "retired": (
        f'<rect {_BODY} x="3" y="3" width="18" height="18" rx="2" style="fill:none"/><path {_LINE} d="M7 12h10"/>'
    ),
    # A square, as the stop key of a recorder.
    "stopped": f'<rect {_BODY} x="3" y="3" width="18" height="18" rx="2" style="fill:none"/>',
    # A ring filled half.
    "warming_up": (
        f'<circle {_BODY} cx="12" cy="12" r="9.5" style="fill:none"/>'
        '<path d="M12 2.5a9.5 9.5 0 0 1 0 19z" fill="var(--edge)"/>'
    ),
    # A ring with a tick.
    "healthy": (
        f'<circle {_BODY} cx="12" cy="12" r="9.5" style="fill:none"/><path {_LINE} d="M7.5 12.5l3 3 6-6.5"/>'
    ),
}


def status_icon_svg(status: Standing) -> str:
    """Give the drawing; it takes its colours from the surrounding element.

    >>> status_icon_svg("stopped").startswith("<svg")
    True
    """
    return f"{_OPEN}{_SHAPES[status]}</svg>"
