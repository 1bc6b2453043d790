"""What the charts are drawn with: as wide as a phone, light or dark as the reader has it, and no fonts of their own."""

from html import escape

WIDTH = 360

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #23292b }
.title { font-size: 14px; font-weight: 600 }
.head { font-weight: 600 }
.case { text-anchor: end }
.tick { text-anchor: middle; font-size: 11px; fill: #5d6b6e }
.value { font-size: 11px }
.grid { stroke: #dde3e3 }
.one { stroke: #23292b }
.first { color: #2b7a78; fill: currentColor }
.second { color: #d9822b; fill: currentColor }
.third { color: #a23b52; fill: currentColor }
.curve { fill: none; stroke: currentColor; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #dce3e3 }
  .tick { fill: #94a3a5 }
  .grid { stroke: #2e383a }
  .one { stroke: #dce3e3 }
  .first { color: #4fa8a4 }
  .second { color: #d9964a }
  .third { color: #d9708a }
}
"""


def rectangle(x, y, width, height, kind):
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"/>'


def text(x, y, content, kind="text"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(content)}</text>'


def line(x, top, bottom, kind):
    return f'<path class="{kind}" d="M{x:.1f} {top}V{bottom}"/>'


def curve(points, kind):
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind} curve" points="{places}"/>'


def document(parts, height):
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )
