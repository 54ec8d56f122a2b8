"""What each egress costs over the traffic to AWS services, as a picture: text, or an SVG file."""

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from tfgen.cost.bill import Bill, break_evens
from tfgen.cost.ways import Way

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS, _LINES = 64, 14
_LEAST_GB = 100
_BLANK = "\u2800"  # braille without a dot, of which the library's canvas is made


class Line(NamedTuple):
    """The cost of an egress: USD a month over GB a month to AWS services."""

    way: Way
    mark: str
    fixed: float
    per_gb: float

    def at(self, gigabytes: float) -> float:
        return self.fixed + self.per_gb * gigabytes


def lines_of(bill: Bill) -> tuple[Line, ...]:
    """The spec's egress and every one that a break-even is about, each with a letter as its mark."""
    shown = {way.name for each in break_evens(bill) for way in (each.below, each.above)}
    drawn = [
        (way, cost)
        for way, cost in bill.ways
        if cost and not cost.unpriced and (way.own or way.name in shown)
    ]
    return tuple(
        Line(way, mark, cost.fixed.low, cost.per_gb)
        for (way, cost), mark in zip(drawn, "abcdefgh", strict=False)
    )


def most_gigabytes(bill: Bill) -> float:
    """The end of the axis: twice the last break-even."""
    crossings = [each.gigabytes for each in break_evens(bill) if each.gigabytes != float("inf")]
    return 2 * max([_LEAST_GB, *crossings])


def as_text(bill: Bill) -> str:
    """For a terminal, in plain characters and without colours; empty where there is no break-even to show."""
    import plotille  # noqa: PLC0415 - only this needs it

    lines, most = lines_of(bill), most_gigabytes(bill)
    if len(lines) < 2:
        return ""
    figure = plotille.Figure()
    figure.width, figure.height = _COLUMNS, _LINES
    figure.with_colors, figure.origin = False, False
    figure.x_label, figure.y_label = "GB a month to AWS services", "USD a month"
    figure.set_x_limits(0, most)
    figure.set_y_limits(0, max(line.at(most) for line in lines) * 1.05 or 1.0)  # own prices may all be 0
    figure.x_ticks_fkt = figure.y_ticks_fkt = lambda value, _: f"{value:.0f}"
    xs = [most * step / _COLUMNS for step in range(_COLUMNS)]
    for line in lines:
        figure.scatter(xs, [line.at(x) for x in xs], marker=line.mark)
    drawn = figure.show(legend=False).replace(_BLANK, " ")
    return "\n".join([*(each.rstrip() for each in drawn.splitlines()), *_legend(lines)]) + "\n"


def _legend(lines: Sequence[Line]) -> list[str]:
    return [f"  {line.mark}  {line.way.name}{' (this spec)' if line.way.own else ''}" for line in lines]


def as_svg(bill: Bill) -> str:
    """For a document: lines that differ in dashes and are named where they end, so that no colour is needed.

    Raises ImportError without matplotlib, which comes with the extra `plot`.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and only this needs it
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415

    # Text stays text, and the same bill gives the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tfgen", "font.family": "sans-serif"}):
        text = StringIO()
        canvas: Any = FigureCanvasSVG(drawn(bill))  # its methods have no types
        canvas.print_svg(text, metadata={"Date": None, "Creator": "tfgen"})
    return text.getvalue()


def is_plot(content: bytes) -> bool:
    """Whether a file is one that `as_svg` made."""
    return b"<svg" in content and b"<dc:title>tfgen</dc:title>" in content


def drawn(bill: Bill) -> "Figure":
    """The figure: each egress a line, and a mark at each break-even."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    lines, most = lines_of(bill), most_gigabytes(bill)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    ends = [line.at(most) for line in lines]
    places = spread(ends, max(ends) / 22)
    for line, dashes, end, place in zip(lines, _DASHES, ends, places, strict=False):
        axes.plot([0, most], [line.at(0), end], color="black", linewidth=1.4, linestyle=dashes)
        axes.annotate(line.way.name, (most, place), (6, 0), textcoords="offset points", va="center")
    for gigabytes in sorted({each.gigabytes for each in break_evens(bill) if 0.5 <= each.gigabytes < most}):
        axes.axvline(gigabytes, color="gray", linewidth=0.8)
        axes.annotate(f"{gigabytes:,.0f} GB", (gigabytes, 0), (4, 4), textcoords="offset points")
    axes.set(xlim=(0, most), title=f"Egress of {bill.name} in {bill.inventory.region}")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("GB a month to AWS services")
    axes.set_ylabel("USD a month")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def spread(values: Sequence[float], least: float) -> list[float]:
    """The values in their order, moved up until no two are closer than `least`: names that do not overlap."""
    moved: dict[int, float] = {}
    last = float("-inf")
    for index in sorted(range(len(values)), key=values.__getitem__):
        last = moved[index] = max(values[index], last + least)
    return [moved[index] for index in range(len(values))]


_DASHES: tuple[Any, ...] = ("solid", "dashed", "dotted", "dashdot", (0, (8, 3)), (0, (1, 4)))
