/* SPDX-License-Identifier: MIT */
/* Bars that stand, one for each category, or one for each category and series. */
const etpBars = (function () {
  "use strict";
  const p = etpPlot;

  function swatch(plot) {
    return function (svg, i) {
      const fill = p.hatch(svg, plot.id + "-legend", i);
      svg.append("rect").attr("x", 4).attr("y", 1).attr("width", 22).attr("height", 12).style("fill", fill)
        .style("stroke", p.color(i));
    };
  }

  function legend(box, plot) {
    const names = plot.series.length > 1 ? plot.series.map(series => series.name) : [], fill = swatch(plot);
    const based = plot.base && plot.base.label ? names.concat(plot.base.label) : names;
    if (based.length > 0)
      p.legend(box, based, (svg, i) => i < names.length ? fill(svg, i) : p.baseSwatch(svg));
  }

  /* ---- names below: on one line, on a few, or every second one where they are numbers ---- */

  function namesFor(labels, step) {
    const room = Math.max(8, step - 6), widest = d3.max(labels, p.measure) || 0;
    if (widest <= room) return { lines: labels.map(label => [label]), each: 1 };
    if (labels.every(label => label !== "" && isFinite(label)))
      return { lines: labels.map(label => [label]), each: Math.ceil((widest + 8) / step) };
    const word = d3.max([].concat(...labels.map(label => label.split(/\s+/))), p.measure);
    const lines = labels.map(label => p.wrap(label, room));
    return word <= room && d3.max(lines, list => list.length) <= 3 ? { lines: lines, each: 1 } : null;
  }

  function putNames(svg, labels, names, x, area) {
    labels.forEach(function (label, i) {
      if (i % names.each === 0)
        p.putLines(svg, names.lines[i], x(label) + x.bandwidth() / 2, area.bottom + 15, "middle", "soft");
    });
  }

  /* ---- marks ---- */

  function drawBar(svg, plot, point, series, i, at, thickness, y, fill) {
    const group = p.mark(svg, point.label + (series.name ? ", " + series.name : "") + ": " +
      p.showInterval(point, point.y, plot.y_digits)), middle = at + thickness / 2;
    group.append("rect").attr("x", at).attr("width", thickness).attr("y", Math.min(y(0), y(point.y)))
      .attr("height", Math.abs(y(point.y) - y(0))).style("fill", fill).style("stroke", p.color(i));
    if (p.isNumber(point.low) && p.isNumber(point.high))
      p.barWhisker(group, middle, y(point.low), middle, y(point.high));
  }

  function putValue(svg, plot, point, x, y, step) {
    const text = p.showAs(point.y, plot.y_digits), down = point.y < 0;
    const end = down ? d3.min([point.y, point.low].filter(p.isNumber)) : d3.max([point.y, point.high].filter(p.isNumber));
    if (p.measure(text) < step) p.putLines(svg, [text], x, y(end) + (down ? 11 : -10), "middle", "halo");
  }

  /* Room for the numbers beyond the ends of bars. */
  function makeRoom(y) {
    const ends = y.domain(), room = 0.08 * (ends[1] - ends[0]);
    y.domain([ends[0] < 0 ? ends[0] - room : ends[0], ends[1] > 0 ? ends[1] + room : ends[1]]);
  }

  function drawBase(svg, plot, y, area) {
    if (!plot.base || !p.isNumber(plot.base.value)) return;
    const at = y(plot.base.value);
    svg.append("line").attr("class", "base").attr("x1", area.left).attr("x2", area.right).attr("y1", at).attr("y2", at);
  }

  /* ---- the whole ---- */

  function drawUpright(box, plot, width, labels, names) {
    const count = plot.series.length, valued = count === 1 && labels.length <= 14, tallest = d3.max(names.lines, list => list.length);
    const height = Math.max(240, Math.min(360, 0.5 * width));
    const title = plot.x_label ? p.wrap(plot.x_label, width - 60) : [];
    const svg = p.frame(box, plot, width, height), top = p.topLabel(svg, plot.y_label, width) + (count === 1 ? 8 : 0);
    const area = { left: 40, right: width - 4, top: top,
      bottom: height - 16 - tallest * p.lineHeight - title.length * (p.lineHeight + 3) };
    const y = d3.scaleLinear().domain(p.domain(p.valuesOf(plot, ["y", "low", "high"]), true)).range([area.bottom, area.top]);
    if (valued) makeRoom(y);
    p.nice(y, area.bottom - area.top, 50);
    const ticks = p.ticksOf(y, area.bottom - area.top, 50);
    area.left = p.tickWidth(y, ticks) + 12;
    const x = d3.scaleBand().domain(labels).range([area.left, area.right]).paddingInner(count > 1 ? 0.25 : 0.35)
      .paddingOuter(0.15);
    const thickness = Math.min(x.bandwidth() / count, 64), fills = plot.series.map((series, i) => p.hatch(svg, plot.id, i));
    p.gridAcross(svg, y, ticks, area);
    p.axisLeft(svg, y, ticks, area);
    putNames(svg, labels, names, x, area);
    p.putLines(svg, title, (area.left + area.right) / 2, area.bottom + 22 + tallest * p.lineHeight, "middle", "axis-label");
    plot.series.forEach(function (series, i) {
      series.points.filter(point => p.isNumber(point.y)).forEach(function (point) {
        const at = x(point.label) + (x.bandwidth() - count * thickness) / 2 + i * thickness;
        drawBar(svg, plot, point, series, i, at + 0.5, thickness - 1, y, fills[i]);
        if (valued) putValue(svg, plot, point, at + thickness / 2, y, x.step());
      });
    });
    drawBase(svg, plot, y, area);
  }

  function draw(box, plot, width) {
    const labels = etpRows.categories(plot), names = namesFor(labels, (width - 50) / Math.max(1, labels.length));
    if (names === null || labels.length === 0) {
      etpRows.bars(box, plot, width);
      return;
    }
    legend(box, plot);
    drawUpright(box, plot, width, labels, names);
  }

  return { draw, legend, swatch };
})();
