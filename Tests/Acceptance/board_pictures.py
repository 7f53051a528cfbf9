"""How does a board look with what a real Prometheus answers? A contact sheet by matplotlib, in the board's own grid."""

import datetime
import math
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates
import matplotlib.pyplot as plt
from matplotlib.colors import LogNorm

from board_queries import in_range

WIDTH, ROW = 24, 0.42


def legend(target, labels):
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"]) or "–"


def colour(panel, name, fallback):
    """As Grafana's overrides have it; the last one that fits."""
    found = fallback
    for one in panel["fieldConfig"]["overrides"]:
        matcher = one["matcher"]
        fits = name == matcher["options"] if matcher["id"] == "byName" else re.search(matcher["options"].strip("/"), name)
        if fits:
            found = one["properties"][0]["value"]["fixedColor"]
    return found


def shown(value, unit):
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s":
        for limit, factor, name in ((1e-3, 1e6, "µs"), (1, 1e3, "ms"), (120, 1, "s"), (7200, 1 / 60, "min")):
            if abs(value) < limit:
                return f"{value * factor:.3g} {name}"
        return f"{value / 86400:.3g} d"
    if unit in ("bytes", "Bps"):
        return f"{value / 1024:.4g} KiB" + ("/s" if unit == "Bps" else "")
    return f"{value:.3g}{unit.removeprefix('suffix:') if unit.startswith('suffix:') else ''}"


def threshold(panel, value):
    found = "#333333"
    for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
        if step["value"] is None or value >= step["value"]:
            found = step["color"]
    return found


def state(panel, value):
    for mapping in panel["fieldConfig"]["defaults"].get("mappings", []):
        for key, one in mapping["options"].items():
            if float(key) == value:
                return one["text"], one["color"]
    return f"{value:g}", threshold(panel, value)


def series(board, panel, prometheus, begin, end):
    for target in panel["targets"]:
        if target["instant"]:
            for one in prometheus.api("query", query=board.fill(target["expr"]), time=end)["result"]:
                yield legend(target, one["metric"]), one["metric"], [(float(one["value"][0]), float(one["value"][1]))]
            continue
        for one in in_range(prometheus, board.fill(target["expr"]), begin, end, 2):
            points = [(float(at), float(value)) for at, value in one["values"]]
            yield legend(target, one["metric"]), one["metric"], points


def times(points):
    return [datetime.datetime.fromtimestamp(at) for at, _ in points]


def draw_number(axes, panel, found):
    axes.axis("off")
    unit = panel["fieldConfig"]["defaults"]["unit"]
    lines = [(name, points[-1][1]) for name, _, points in found if points]
    for index, (name, value) in enumerate(lines[:4]):
        text, tint = state(panel, value)
        if "mappings" not in panel["fieldConfig"]["defaults"]:
            text = shown(value, unit)
        named = panel["options"]["textMode"] == "value_and_name"
        axes.text(0.5, (len(lines[:4]) - index - 0.5) / len(lines[:4]), f"{name}  {text}" if named else text, color=tint,
                  ha="center", va="center", fontsize=9 if named else 15, transform=axes.transAxes)
    if not lines:
        axes.text(0.5, 0.5, panel["fieldConfig"]["defaults"]["noValue"], color="#999999", ha="center", transform=axes.transAxes)


def draw_lines(axes, panel, found):
    options = panel["fieldConfig"]["defaults"]["custom"]
    unit = panel["fieldConfig"]["defaults"]["unit"]
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    if options["stacking"]["mode"] == "normal":
        stamps = sorted({at for _, _, points in found for at, _ in points})
        layers = []
        for name, _, points in found:
            values = dict(points)
            layers.append([value if math.isfinite(value := values.get(at, 0)) else 0 for at in stamps])
        if layers:
            axes.stackplot([datetime.datetime.fromtimestamp(at) for at in stamps], *layers, labels=[name for name, _, _ in found],
                           colors=[colour(panel, name, cycle[i % 10]) for i, (name, _, _) in enumerate(found)], alpha=0.6)
    else:
        for index, (name, _, points) in enumerate(found):
            axes.plot(times(points), [value for _, value in points], label=name, color=colour(panel, name, cycle[index % 10]),
                      linewidth=1.2)
        if options["scaleDistribution"]["type"] == "log":
            axes.set_yscale("log")
    if options["scaleDistribution"]["type"] == "linear":
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: shown(value, unit))
    if found:
        axes.legend(fontsize=4.5, ncols=3, loc="upper left", framealpha=0.5)


def draw_heat(axes, panel, found):
    unit = panel["options"]["yAxis"]["unit"]
    found = sorted(found, key=lambda one: float(one[1]["le"]))
    stamps = sorted({at for _, _, points in found for at, _ in points})
    below = [0.0] * len(stamps)
    rows, names = [], []
    for _, labels, points in found:
        values = dict(points)
        counts = [values.get(at, 0) for at in stamps]
        rows.append([max(0, count - lower) or float("nan") for count, lower in zip(counts, below)])
        names.append("∞" if labels["le"] == "+Inf" else shown(float(labels["le"]), unit))
        below = counts
    used = [index for index, row in enumerate(rows) if any(value == value for value in row)]
    if not used:
        axes.text(0.5, 0.5, "no data", color="#999999", ha="center", transform=axes.transAxes)
        return
    first, last = max(0, used[0] - 1), min(len(rows), used[-1] + 2)
    axes.pcolormesh([datetime.datetime.fromtimestamp(at) for at in stamps], range(last - first), rows[first:last],
                    cmap="viridis", norm=LogNorm(), shading="nearest")
    axes.set_yticks(range(last - first), names[first:last], fontsize=4.5)


def draw_states(axes, panel, found):
    for index, (name, _, points) in enumerate(found):
        runs = []
        for at, value in points:
            if runs and runs[-1][2] == value and at - runs[-1][1] <= 2:
                runs[-1][1] = at
            else:
                runs.append([at, at, value])
        for first, last, value in runs:
            left, right = (matplotlib.dates.date2num(datetime.datetime.fromtimestamp(at)) for at in (first, last + 2))
            axes.barh(index, right - left, left=left, height=0.8, color=state(panel, value)[1])
    axes.set_yticks(range(len(found)), [name for name, _, _ in found], fontsize=5)
    axes.xaxis_date()


def draw_bars(axes, panel, found):
    lines = sorted(((points[-1][1], name) for name, _, points in found if points))
    axes.barh([name for _, name in lines], [value for value, _ in lines], color="#0072B2")


def draw(board, prometheus, begin, end, path):
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board.document["panels"])
    figure = plt.figure(figsize=(18, bottom * ROW), dpi=75)
    drawers = {"stat": draw_number, "timeseries": draw_lines, "heatmap": draw_heat, "state-timeline": draw_states, "bargauge": draw_bars}
    for panel in board.document["panels"]:
        place = panel["gridPos"]
        x, y, w, h = place["x"] / WIDTH, 1 - (place["y"] + place["h"]) / bottom, place["w"] / WIDTH, place["h"] / bottom
        if panel["type"] == "row":
            figure.text(0.004, y + h / 2, panel["title"], fontsize=10, weight="bold", va="center")
            continue
        inset = 0.011 if panel["type"] == "stat" else 0.03 if panel["type"] != "state-timeline" else 0.06
        axes = figure.add_axes((x + inset, y + 0.3 * h / place["h"] + (0 if panel["type"] == "stat" else 0.6 / bottom),
                                w - inset - 0.006, h - 1.9 / bottom))
        axes.set_title(panel["title"], fontsize=8, loc="left", pad=3)
        axes.tick_params(labelsize=5)
        drawers[panel["type"]](axes, panel, list(series(board, panel, prometheus, begin, end)))
        if panel["type"] in ("timeseries", "heatmap", "state-timeline"):
            axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%H:%M:%S"))
            axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(4))
    figure.savefig(path)
    plt.close(figure)
