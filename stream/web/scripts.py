"""All scripts that Stethos gives to a browser, as constants: what comes from outside is data there, never code.

A test over the syntax tree (`test_scripts_are_constant.py`) sees to it that nothing else is run.
"""

__all__ = [
    "BROWSER",
    "CHOSEN",
    "CHOSEN_LINE",
    "CLICKED",
    "PLACE",
    "SPECTRUM_BOX",
    "TREND_BOX",
    "TYPED",
    "UPDATE_AGE",
]

BROWSER = """return [Intl.DateTimeFormat().resolvedOptions().timeZone || '', -new Date().getTimezoneOffset(),
  matchMedia('(prefers-color-scheme: dark)').matches]"""
"""Where a browser is, and whether it is dark there."""

CHOSEN = "e => emit(e.target.value)"
"""What a reader has put into a field."""

CLICKED = """e => {
  const link = e.target.closest('a.go'), row = e.target.closest('button.row-head');
  if (!link && !row || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  const place = new URL(link ? link.href : location.href);
  let open = new URL(location.href).searchParams.getAll('open');
  if (row) {
    const name = row.dataset.machine;
    open = open.includes(name) ? open.filter(each => each !== name) : [...open, name].slice(-8);
  }
  place.searchParams.delete('open');
  for (const name of open) place.searchParams.append('open', name);
  e.preventDefault();
  if (row) history.replaceState(null, '', place);
  else {
    history.pushState(null, '', place);
    window.stethosFields?.();
    if (link.classList.contains('page-go')) document.querySelector('.main').scrollIntoView();
  }
  emit(place.search);
}"""
"""A reader has tapped a row, which opens or closes it, or what leads to another part of the list."""

TYPED = """e => {
  if (!e.target.matches('.search-text')) return;
  clearTimeout(window.stethosTyping);
  window.stethosTyping = setTimeout(() => {
    const place = new URL(location.href);
    place.searchParams.delete('page');
    if (e.target.value.trim()) place.searchParams.set('q', e.target.value.trim());
    else place.searchParams.delete('q');
    history.replaceState(null, '', place);
    emit(place.search);
  }, 150);
}"""
"""A reader types what to look for: asked once the fingers rest."""

CHOSEN_LINE = """e => {
  if (!e.target.matches('.search-line')) return;
  const place = new URL(location.href);
  place.searchParams.delete('page');
  if (e.target.value) place.searchParams.set('line', e.target.value);
  else place.searchParams.delete('line');
  history.pushState(null, '', place);
  emit(place.search);
}"""
"""A reader has chosen a line."""

PLACE = """if (!window.stethosFields) {
  window.stethosFields = () => {
    const asked = new URLSearchParams(location.search), text = document.querySelector('.search-text'),
      line = document.querySelector('.search-line');
    if (text) text.value = asked.get('q') || '';
    if (line) line.value = asked.get('line') || '';
  };
  window.addEventListener('popstate', () => {
    window.stethosFields();
    emitEvent('stethos_place', location.search);
  });
}
window.stethosFields();
emitEvent('stethos_place', location.search);"""
"""Puts into the fields what stands in the address, and says so where the browser's buttons lead elsewhere."""

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
