"""Charts as SVG, drawn by pygal, inside the page that shows them."""

import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

_WIDTH, _HEIGHT = 720, 300


@cache
def _library() -> tuple[Any, Any]:
    """pygal, without the old-style import hook that it leaves behind for its plug-ins."""
    hooks = list(sys.meta_path)
    import pygal
    from pygal.style import Style

    sys.meta_path[:] = [each for each in sys.meta_path if each in hooks]
    return pygal, Style


def bars(labels: Sequence[str], series: Mapping[str, Sequence[float]], *, has_legend: bool = True) -> str:
    """A bar chart of some series over the same labels, as a ``data:`` address."""
    pygal, style_of = _library()
    style = style_of(
        background="transparent",
        plot_background="transparent",
        foreground="#777",
        foreground_strong="#777",
        foreground_subtle="#777",
        font_family="sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        guide_stroke_color="#8884",
        major_guide_stroke_color="#8886",
        legend_font_size=12,
        colors=("#a8442f", "#2f6f8f", "#7a8b3c", "#b8862b", "#6d5a8a", "#3f8f77", "#8a8a8a"),
    )
    chart = pygal.StackedBar(
        style=style,
        js=(),
        width=_WIDTH,
        height=_HEIGHT,
        explicit_size=True,
        legend_at_bottom=True,
        legend_at_bottom_columns=4,
        truncate_legend=22,
        truncate_label=-1,
        show_legend=has_legend,
        x_labels_major_every=max(1, len(labels) // 6),
        show_minor_x_labels=False,
        margin=8,
        no_data_text="nothing yet",
        pretty_print=False,
    )
    chart.add_xml_filter(_without_script)
    chart.x_labels = [str(each) for each in labels]
    for name, values in series.items():
        chart.add(name, list(values))
    return "data:image/svg+xml;base64," + b64encode(chart.render()).decode()


def _without_script(root: Any) -> Any:
    """The drawing without the element that pygal's own script would read."""
    for parent in root.iter():
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] == "script":
                parent.remove(child)
    return root
