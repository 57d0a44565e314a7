"""Charts as SVG, drawn by pygal, inside the page that shows them; their numbers stand beside them."""

import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

_WIDTH, _HEIGHT = 720, 240
_COLOURS = ("#b4553f", "#3f84a8", "#7f9440", "#c2923a", "#8571a8", "#3f9c82", "#8f8f8f")  # as in style.css: .key


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing as a ``data:`` address, and what it shows: the values of each series, one for each label."""

    title: str
    source: str
    labels: tuple[str, ...]
    series: Mapping[str, Sequence[float | None]]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return not any(value for values in self.series.values() for value in values)


def stacked(title: str, labels: Sequence[str], series: Mapping[str, Sequence[float]], fewest: int = 0) -> Chart:
    """Bars over ``labels`` from left to right, the series on top of each other, with room for ``fewest``."""
    missing = max(0, fewest - len(labels))
    places = len(labels) + missing
    chart = _chart("StackedBar", x_labels_major_every=max(1, places // 5), show_minor_x_labels=False)
    chart.x_labels = [*labels, *[""] * missing]
    for name, values in series.items():
        chart.add(name, [*values, *[None] * missing])
    return Chart(title, _address(chart), tuple(labels), series)


def listed(title: str, names: Sequence[str], name: str, values: Sequence[float]) -> Chart:
    """A bar for each of ``names``, below each other, the first on top."""
    chart = _chart("HorizontalBar", truncate_label=24)
    chart.x_labels = list(reversed(names))
    chart.add(name, list(reversed(values)))
    return Chart(title, _address(chart), tuple(names), {name: values})


def _chart(kind: str, **options: Any) -> Any:
    pygal, style_of = _library()
    style = style_of(
        background="transparent",
        plot_background="transparent",
        foreground="#777",
        foreground_strong="#777",
        foreground_subtle="#777",
        opacity="1",
        font_family="sans-serif",
        label_font_size=13,
        major_label_font_size=13,
        no_data_font_size=18,
        guide_stroke_color="#8884",
        major_guide_stroke_color="#8886",
        colors=_COLOURS,
    )
    common: dict[str, Any] = {"truncate_label": -1, "margin": 8, "no_data_text": "nothing yet", "pretty_print": False}
    shape = {"width": _WIDTH, "height": _HEIGHT, "explicit_size": True, "show_legend": False, "js": ()}
    chart = getattr(pygal, kind)(style=style, **shape | common | options)
    chart.add_xml_filter(_without_script)
    return chart


@cache
def _library() -> tuple[Any, Any]:
    """pygal, without the old-style import hook that it leaves behind for its plug-ins."""
    import pygal
    from pygal.style import Style

    # Only that one: what finds the metadata of packages is put there by what pygal imports, and is needed.
    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != "pygal"]
    return pygal, Style


def _address(chart: Any) -> str:
    return "data:image/svg+xml;base64," + b64encode(chart.render()).decode()


def _without_script(root: Any) -> Any:
    """The drawing without the element that pygal's own script would read."""
    for parent in root.iter():
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root
