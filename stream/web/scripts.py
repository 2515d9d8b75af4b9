"""All scripts that Stethos gives to a browser, as constants: what comes from outside is data there, never code.

A test over the syntax tree (`test_scripts_are_constant.py`) sees to it that nothing else is run.
"""

__all__ = ["BROWSER", "CHOSEN", "SPECTRUM_BOX", "TREND_BOX", "UPDATE_AGE"]

BROWSER = """return [Intl.DateTimeFormat().resolvedOptions().timeZone || '', -new Date().getTimezoneOffset(),
  matchMedia('(prefers-color-scheme: dark)').matches]"""
"""Where a browser is, and whether it is dark there."""

CHOSEN = "e => emit(e.target.value)"
"""What a reader has put into a field."""

UPDATE_AGE = """if (!window.stethosAge) {
  let shown, last = Date.now();
  const say = (name, words) => document.querySelectorAll(name).forEach(e => {
    if (e.textContent !== words) e.textContent = words;
  });
  window.stethosAge = setInterval(() => {
    const said = document.querySelector('.updated')?.textContent, now = Date.now();
    if (said !== shown || now < last) { shown = said; last = now; }
    const seconds = Math.floor((now - last) / 1000);
    say('.updated-age', seconds < 10 ? '' : `+ ${seconds} s`);
    say('.stale-minutes', String(Math.floor(seconds / 60)));
    document.body.classList.toggle('stale', seconds >= 60);
  }, 1000);
}"""
"""Counts how long ago the page last said when it was read: it shows here whatever has become of its server."""

_CLEAN = """  const clean = text => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
"""

TREND_BOX = (
    "params => {\n"
    + _CLEAN
    + """  const two = n => String(n).padStart(2, '0');
  const t = new Date(params[0].axisValue);
  const day = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  const seen = new Map();
  for (const p of params) if (p.value[1] != null) seen.set(p.axisIndex + p.seriesName, p);
  const line = p => `${p.marker} ${clean(p.seriesName)}: <b>${clean(p.value[1])}</b> ${clean(p.value[2] || '')}`;
  return [`${day} ${two(t.getHours())}:${two(t.getMinutes())}`, ...[...seen.values()].map(line)].join('<br>');
}"""
)
"""The box over trends, as HTML: each point is `[time, value, unit]`."""

SPECTRUM_BOX = (
    "params => {\n"
    + _CLEAN
    + """  const lines = params.filter(p => p.value[1] != null);
  const line = p => `${p.marker} ${clean(p.seriesName)}: <b>${clean(p.value[1])}</b> ${clean(p.dimensionNames[1])}`;
  return lines.length ? [`${clean(lines[0].value[0])} ${clean(lines[0].dimensionNames[0])}`,
    ...lines.map(line)].join('<br>') : '';
}"""
)
"""The box over a spectrum, as HTML: the names of a series' dimensions are its units."""
