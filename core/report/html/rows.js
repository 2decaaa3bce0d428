/* SPDX-License-Identifier: MIT */
/* Plots with a row for each category: dots, tornado, and bars whose names are too long to stand below them. */
const etpRows = (function () {
  "use strict";
  const p = etpPlot;

  /* The categories of all series, in the order in which they come first. */
  function categories(plot) {
    const labels = new Set();
    plot.series.forEach(series => series.points.forEach(point => labels.add(point.label)));
    return Array.from(labels);
  }

  function pointsAt(plot, label) {
    const found = [];
    plot.series.forEach(function (series, i) {
      series.points.forEach(function (point) {
        if (point.label === label) found.push({ point: point, series: series, i: i });
      });
    });
    return found;
  }

  /* ---- where rows lie: names at the side, or above their rows where it is narrow ---- */

  function layout(labels, width, inner, aside) {
    const stacked = width < 520, room = stacked ? width : Math.min(0.36 * width, d3.max(labels, p.measure) + 2 || 0);
    let at = 0;
    const rows = labels.map(function (label) {
      const lines = p.wrap(label, Math.max(40, room)), text = lines.length * p.lineHeight;
      const height = stacked ? text + inner + 10 : Math.max(text + 8, inner + 10);
      const row = { label: label, lines: lines, top: at, height: height, stacked: stacked,
        middle: at + (stacked ? text + 3 + inner / 2 : height / 2) };
      at += height;
      return row;
    });
    return { rows: rows, height: at, left: stacked ? 4 : room + 14, right: width - (stacked ? 14 : aside) };
  }

  function putNames(svg, rows, left, top) {
    rows.forEach(function (row) {
      const first = row.stacked ? row.top + p.lineHeight / 2 + 2
        : row.middle - (row.lines.length - 1) * p.lineHeight / 2;
      p.putLines(svg, row.lines, row.stacked ? 0 : left - 12, top + first, row.stacked ? "start" : "end", "halo");
    });
  }

  function drawBase(svg, plot, x, area) {
    if (!plot.base || !p.isNumber(plot.base.value)) return;
    const at = x(plot.base.value);
    svg.append("line").attr("class", "base").attr("x1", at).attr("x2", at).attr("y1", area.top).attr("y2", area.bottom);
    const room = p.measure(plot.base.label), middle = Math.max(area.left + room / 2, Math.min(area.right - room / 2, at));
    p.putLines(svg, [p.cut(plot.base.label, area.right - area.left)], middle, area.top - 8, "middle", "soft halo");
  }

  /* The frame with its axis; calls `put(svg, row, x, top)` for each row. */
  function drawRows(box, plot, width, where, values, options, put) {
    const named = plot.base && plot.base.label ? 20 : 6, top = named;
    const below = plot.x_label ? 34 + p.lineHeight * p.wrap(plot.x_label, where.right - where.left).length : 30;
    const height = top + where.height + below, svg = p.frame(box, plot, width, height);
    const area = { left: where.left, right: where.right, top: top, bottom: top + where.height };
    const x = d3.scaleLinear().domain(p.domain(values, options.zero)).range([area.left + options.pad,
      area.right - options.pad]);
    p.nice(x, area.right - area.left, 80);
    const ticks = p.ticksOf(x, area.right - area.left, 80);
    p.gridDown(svg, x, ticks, area);
    p.axisBottom(svg, x, ticks, area, plot.x_label);
    drawBase(svg, plot, x, area);
    where.rows.forEach(row => put(svg, row, x, top));
    putNames(svg, where.rows, area.left, top);
    return svg;
  }

  /* ---- dots ---- */

  function drawDot(svg, plot, entry, x, y) {
    const point = entry.point, name = entry.series.name;
    if (!p.isNumber(point.y)) return;
    const group = p.mark(svg, point.label + (name ? ", " + name : "") + ": " +
      p.showInterval(point, point.y, plot.y_digits));
    if (p.isNumber(point.low) && p.isNumber(point.high)) p.whisker(group, x(point.low), y, x(point.high), y, p.color(entry.i));
    group.append("path").attr("d", p.marker(entry.i, 60)).attr("transform", "translate(" + x(point.y) + "," + y + ")")
      .style("fill", p.color(entry.i));
    group.append("circle").attr("r", 9).attr("cx", x(point.y)).attr("cy", y).style("fill", "transparent");
  }

  function dots(box, plot, width) {
    const labels = categories(plot), count = plot.series.length, gap = 15;
    const texts = labels.map(label => pointsAt(plot, label).map(e => p.showInterval(e.point, e.point.y, plot.y_digits)));
    const aside = count === 1 && width >= 560 ? (d3.max(texts, list => p.measure(list[0] || "")) || 0) + 16 : 18;
    if (count > 1)
      p.legend(box, plot.series.map(series => series.name), function (svg, i) {
        p.whisker(svg, 1, 7, 29, 7, p.color(i));
        svg.append("path").attr("d", p.marker(i, 46)).attr("transform", "translate(15,7)").style("fill", p.color(i));
      });
    const where = layout(labels, width, count * gap, aside);
    drawRows(box, plot, width, where, p.valuesOf(plot, ["y", "low", "high"]), { zero: false, pad: 8 },
      function (svg, row, x, top) {
        pointsAt(plot, row.label).forEach(function (entry) {
          const y = top + row.middle + (entry.i - (count - 1) / 2) * gap;
          drawDot(svg, plot, entry, x, y);
          if (aside > 18)
            p.putLines(svg, [p.showInterval(entry.point, entry.point.y, plot.y_digits)], width, y, "end", "soft");
        });
      });
  }

  /* ---- bars that lie ---- */

  function drawBar(svg, plot, entry, x, y, thickness, fill) {
    const point = entry.point, name = entry.series.name;
    if (!p.isNumber(point.y)) return;
    const group = p.mark(svg, point.label + (name ? ", " + name : "") + ": " +
      p.showInterval(point, point.y, plot.y_digits)), from = Math.min(x(0), x(point.y));
    group.append("rect").attr("x", from).attr("width", Math.abs(x(point.y) - x(0))).attr("y", y - thickness / 2)
      .attr("height", thickness).style("fill", fill).style("stroke", p.color(entry.i));
    if (p.isNumber(point.low) && p.isNumber(point.high))
      p.barWhisker(group, x(point.low), y, x(point.high), y);
  }

  function bars(box, plot, width) {
    const labels = categories(plot), count = plot.series.length, thickness = count > 1 ? 12 : 16, gap = thickness + 3;
    const texts = labels.map(label => pointsAt(plot, label).map(e => p.showInterval(e.point, e.point.y, plot.y_digits)));
    const aside = count === 1 && width >= 560 ? (d3.max(texts, list => p.measure(list[0] || "")) || 0) + 16 : 18;
    if (count > 1) etpBars.legend(box, Object.assign({}, plot, { base: undefined }));
    const where = layout(labels, width, count * gap, aside), upright = Object.assign({}, plot, { x_label: plot.y_label });
    let fills = null;
    drawRows(box, upright, width, where, p.valuesOf(plot, ["y", "low", "high"]), { zero: true, pad: 0 },
      function (svg, row, x, top) {
        fills = fills || plot.series.map((series, i) => p.hatch(svg, plot.id, i));
        pointsAt(plot, row.label).forEach(function (entry) {
          const y = top + row.middle + (entry.i - (count - 1) / 2) * gap;
          drawBar(svg, plot, entry, x, y, thickness, fills[entry.i]);
          if (aside > 18)
            p.putLines(svg, [p.showInterval(entry.point, entry.point.y, plot.y_digits)], width, y, "end", "soft");
        });
      });
  }

  /* ---- tornado: from the base to the outcome at the low value, and to that at the high one ---- */

  const swingNames = ["at its low value", "at its high value"];

  function swings(point) {
    return [{ i: 0, text: point.low_text, value: point.low }, { i: 1, text: point.high_text, value: point.high }]
      .filter(swing => p.isNumber(swing.value));
  }

  /* The two texts stand beyond the ends; if both outcomes lie on one side, that of the nearer one beyond the base. */
  function putSwingTexts(svg, list, x, base, y, room) {
    const far = list.slice().sort((a, b) => Math.abs(b.value - base) - Math.abs(a.value - base));
    const side = value => value < base ? -1 : 1;
    far.forEach(function (swing, rank) {
      const doubled = rank === 1 && side(swing.value) === side(far[0].value);
      const to = doubled ? -side(swing.value) : side(swing.value), at = doubled ? x(base) : x(swing.value);
      p.putLines(svg, [p.cut(swing.text, room)], at + 5 * to, y, to < 0 ? "end" : "start", "halo");
    });
  }

  function drawSwing(svg, plot, point, x, base, y, fills) {
    const list = swings(point).sort((a, b) => Math.abs(b.value - base) - Math.abs(a.value - base));
    list.forEach(function (swing) {
      const group = p.mark(svg, point.label + " " + swingNames[swing.i] + " (" + swing.text + "): " +
        p.showAs(swing.value, plot.y_digits));
      group.append("rect").attr("x", Math.min(x(base), x(swing.value))).attr("y", y - 8).attr("height", 16)
        .attr("width", Math.abs(x(swing.value) - x(base))).style("fill", "var(--paper)");
      group.append("rect").attr("x", Math.min(x(base), x(swing.value))).attr("y", y - 8).attr("height", 16)
        .attr("width", Math.abs(x(swing.value) - x(base))).style("fill", fills[swing.i])
        .style("stroke", p.color(swing.i));
    });
  }

  function tornado(box, plot, width) {
    const all = [].concat(...plot.series.map(series => series.points));
    const swing = point => Math.abs(point.high - point.low) || 0;
    const sorted = all.slice().sort((a, b) => swing(b) - swing(a));
    const values = p.valuesOf(plot, ["low", "high"]);
    const base = plot.base && p.isNumber(plot.base.value) ? plot.base.value : d3.mean(values) || 0;
    const texts = [].concat(...all.map(point => [p.measure(point.low_text), p.measure(point.high_text)]));
    const room = Math.min(d3.max(texts) || 0, width < 520 ? 70 : 130);
    p.legend(box, swingNames.map(name => "assumption " + name), etpBars.swatch(plot));
    const where = layout(sorted.map(point => point.label), width, 18, 18);
    let row = 0, fills = null;
    drawRows(box, plot, width, where, values, { zero: false, pad: room + 8 }, function (svg, place, x, top) {
      const point = sorted[row++], y = top + place.middle;
      fills = fills || [0, 1].map(i => p.hatch(svg, plot.id, i));
      drawSwing(svg, plot, point, x, base, y, fills);
      putSwingTexts(svg, swings(point), x, base, y, room);
    });
  }

  return { categories, dots, bars, tornado };
})();
