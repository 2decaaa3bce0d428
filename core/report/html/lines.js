/* SPDX-License-Identifier: MIT */
/* Plots of y over x: line, band, area, lorenz. */
const etpLines = (function () {
  "use strict";
  const p = etpPlot;

  /* With more points than these there are no markers; with more than those no tooltips. */
  const markersMost = 26, whiskersMost = 12, tooltipsMost = 400;

  function points(series) {
    return series.points.filter(function (point) { return p.isNumber(point.x) && p.isNumber(point.y); });
  }

  function hasInterval(point) {
    return p.isNumber(point.low) && p.isNumber(point.high);
  }

  /* ---- scales ---- */

  function scaleX(plot, area) {
    const values = p.valuesOf({ series: plot.series }, ["x"]), extent = d3.extent(values);
    const scale = d3.scaleLinear().range([area.left, area.right]);
    if (plot.kind === "lorenz") {
      scale.domain([0, 1]).percent = true;
    } else if (extent[0] === undefined || extent[0] === extent[1]) {
      scale.domain([(extent[0] || 0) - 1, (extent[0] || 0) + 1]);
    } else {
      const pad = d3.max(plot.series, function (s) { return s.points.length; }) <= markersMost ? 10 : 0;
      const room = area.right - area.left, side = (extent[1] - extent[0]) * pad / Math.max(1, room - 2 * pad);
      scale.domain([extent[0] - side, extent[1] + side]);
    }
    return scale;
  }

  /* Where there are few places on the axis each has its tick. */
  function ticksX(plot, scale, room) {
    const places = Array.from(new Set(p.valuesOf({ series: plot.series }, ["x"]))).sort(d3.ascending);
    const each = (d3.max(places.map(p.show), p.measure) || 0) + 14;
    const gaps = d3.min(d3.pairs(places), function (pair) { return scale(pair[1]) - scale(pair[0]); });
    if (plot.kind !== "lorenz" && places.length > 0 && places.length <= 12 && (gaps === undefined || gaps > each))
      return places;
    return p.ticksOf(scale, room, 70);
  }

  function scaleY(plot, area) {
    const names = ["y", "low", "high"], scale = d3.scaleLinear().range([area.bottom, area.top]);
    if (plot.kind === "lorenz") {
      const least = d3.min(p.valuesOf(plot, ["y"])) || 0;
      scale.domain([Math.min(0, least), 1]).percent = true;
      return least < 0 ? p.nice(scale, area.bottom - area.top, 50) : scale;
    }
    scale.domain(p.domain(p.valuesOf(plot, names), plot.kind === "area"));
    return p.nice(scale, area.bottom - area.top, 50);
  }

  /* ---- marks ---- */

  function fill(svg, shape, data, i, opacity) {
    svg.append("path").datum(data).attr("d", shape).style("fill", p.color(i)).style("fill-opacity", opacity)
      .style("stroke", "none");
  }

  function drawBand(svg, plot, series, i, x, y) {
    const all = points(series), data = all.filter(hasInterval);
    if (plot.kind === "area")
      fill(svg, d3.area().x(d => x(d.x)).y0(y(0)).y1(d => y(d.y)), all, i, 0.16);
    if (plot.kind !== "line" && data.length > 1)
      fill(svg, d3.area().x(d => x(d.x)).y0(d => y(d.low)).y1(d => y(d.high)), data, i, 0.17);
  }

  function drawLine(svg, series, i, x, y) {
    const line = d3.line().defined(d => p.isNumber(d.y)).x(d => x(d.x)).y(d => y(d.y));
    svg.append("path").datum(series.points.filter(d => p.isNumber(d.x))).attr("d", line).style("fill", "none")
      .style("stroke", p.color(i)).style("stroke-width", 2).style("stroke-dasharray", p.dash(i))
      .style("stroke-linejoin", "round");
  }

  function tooltip(plot, series, point) {
    const share = plot.kind === "lorenz", percent = d3.format(".0%");
    const x = share ? percent(point.x) : p.showAs(point.x, plot.x_digits);
    const y = share ? percent(point.y) : p.showInterval(point, point.y, plot.y_digits);
    return (series.name ? series.name + ", " : "") + x + ": " + y.replace(/-/g, "\u2212");
  }

  /* Whiskers of several series at one place stand beside each other. */
  function drawPoints(svg, plot, series, i, x, y) {
    const data = points(series), aside = 4 * (i - (plot.series.length - 1) / 2);
    if (data.length > tooltipsMost) return;
    data.forEach(function (point) {
      const group = p.mark(svg, tooltip(plot, series, point)), at = x(point.x) + aside;
      if (data.length <= whiskersMost && hasInterval(point))
        p.whisker(group, at, y(point.low), at, y(point.high), p.color(i));
      const place = "translate(" + x(point.x) + "," + y(point.y) + ")";
      if (data.length <= markersMost)
        group.append("path").attr("d", p.marker(i)).attr("transform", place).style("fill", p.color(i));
      group.append("circle").attr("r", 7).attr("transform", place).style("fill", "transparent");
    });
  }

  function drawEquality(svg, x, y) {
    svg.append("path").attr("class", "base").style("fill", "none").attr("d", d3.line()([[x(0), y(0)], [x(1), y(1)]]));
    p.putLines(svg, ["equal shares"], x(0.5) - 8, y(0.5) - 10, "end", "soft halo");
  }

  function drawBase(svg, plot, y, area, direct) {
    if (!plot.base || !p.isNumber(plot.base.value)) return;
    const at = y(plot.base.value);
    svg.append("line").attr("class", "base").attr("x1", area.left).attr("x2", area.right).attr("y1", at).attr("y2", at);
    if (direct) return;
    p.putLines(svg, [p.cut(plot.base.label, area.right - area.left)], area.right, at - 9, "end", "soft halo");
  }

  /* ---- names at the ends of lines, where there is room ---- */

  function namesOf(plot) {
    const names = plot.series.map(series => series.name);
    return plot.base && plot.base.label ? names.concat(plot.base.label) : names;
  }

  function fitsDirectly(plot, width) {
    const widest = d3.max(namesOf(plot), p.measure);
    return plot.series.length > 1 && plot.series.length <= 5 && width >= 560 && widest <= 0.26 * width &&
      plot.kind !== "lorenz" && plot.series.every(function (series) { return points(series).length > 0; });
  }

  function drawNames(svg, plot, x, y, area) {
    const names = plot.series.map(function (series, i) {
      const all = points(series), last = all[all.length - 1];
      return { name: series.name, color: p.color(i), x: x(last.x), y: y(last.y), at: y(last.y) };
    });
    if (plot.base && plot.base.label)
      names.push({ name: plot.base.label, color: "var(--soft)", x: area.right - 6, y: y(plot.base.value),
        at: y(plot.base.value) });
    names.sort((a, b) => a.at - b.at);
    for (let round = 0; round < 60; round++)
      d3.pairs(names).forEach(function (pair) {
        const lack = p.lineHeight - (pair[1].at - pair[0].at);
        if (lack > 0) {
          pair[0].at -= lack / 2;
          pair[1].at += lack / 2;
        }
      });
    names.forEach(function (entry) {
      svg.append("path").attr("d", d3.line()([[entry.x + 6, entry.y], [area.right + 9, entry.at]])).style("fill", "none")
        .style("stroke", entry.color).style("stroke-opacity", 0.6);
      p.putLines(svg, [entry.name], area.right + 12, entry.at, "start", "").style("fill", entry.color);
    });
  }

  /* ---- the whole ---- */

  function heightFor(plot, width) {
    if (plot.kind === "lorenz") return Math.min(width, 460);
    return Math.max(240, Math.min(380, 0.52 * width));
  }

  function draw(box, plot, full) {
    const width = plot.kind === "lorenz" ? Math.min(full, 560) : full, direct = fitsDirectly(plot, width);
    if (plot.series.length > 1 && !direct)
      p.legend(box, plot.series.map(series => series.name),
        p.lineSwatch(plot.series.every(series => series.points.length <= markersMost)));
    const labels = direct ? d3.max(namesOf(plot), p.measure) + 16 : 20;
    const below = plot.x_label ? 32 + p.lineHeight * p.wrap(plot.x_label, width - 80).length : 30;
    const height = heightFor(plot, width), svg = p.frame(box, plot, width, height);
    const area = { left: 40, right: width - labels, top: p.topLabel(svg, plot.y_label, width), bottom: height - below };
    const y = scaleY(plot, area), ticks = p.ticksOf(y, area.bottom - area.top, 50);
    area.left = p.tickWidth(y, ticks) + 12;
    const x = scaleX(plot, area);
    if (width < full) svg.style("max-width", width + "px");
    p.gridAcross(svg, y, ticks, area);
    p.axisLeft(svg, y, ticks, area);
    p.axisBottom(svg, x, ticksX(plot, x, area.right - area.left), area, plot.x_label);
    if (plot.kind === "lorenz") drawEquality(svg, x, y);
    drawBase(svg, plot, y, area, direct);
    plot.series.forEach((series, i) => drawBand(svg, plot, series, i, x, y));
    plot.series.forEach((series, i) => drawLine(svg, series, i, x, y));
    plot.series.forEach((series, i) => drawPoints(svg, plot, series, i, x, y));
    if (direct) drawNames(svg, plot, x, y, area);
  }

  return { draw };
})();
