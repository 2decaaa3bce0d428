/* SPDX-License-Identifier: MIT */
/* What plots of all kinds share: the frame, texts and their sizes, axes, the looks of series, the legend. */
const etpPlot = (function () {
  "use strict";

  const symbols = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar,
    d3.symbolWye];
  const dashes = [null, "7 4", "2 3", "10 3 2 3", "14 5", "5 2 1 2 1 2"];
  const lineHeight = 15;
  const font = "12px " + getComputedStyle(document.documentElement).getPropertyValue("--plain");
  const ruler = document.createElement("canvas").getContext("2d");

  /* ---- texts ---- */

  function measure(text) {
    ruler.font = font;
    return ruler.measureText(text).width;
  }

  function breakWord(word, width) {
    const parts = [];
    let part = "";
    for (const letter of word) {
      if (part && measure(part + letter) > width) {
        parts.push(part);
        part = "";
      }
      part += letter;
    }
    return parts.concat(part);
  }

  /* Lines that are no wider than `width`. */
  function wrap(text, width) {
    const lines = [];
    let line = "";
    for (const word of text.split(/\s+/)) {
      const longer = line ? line + " " + word : word;
      if (measure(longer) <= width) {
        line = longer;
        continue;
      }
      if (line) lines.push(line);
      const parts = breakWord(word, width);
      lines.push(...parts.slice(0, -1));
      line = parts[parts.length - 1];
    }
    return lines.concat(line);
  }

  function cut(text, width) {
    if (measure(text) <= width) return text;
    let end = text.length;
    while (end > 1 && measure(text.slice(0, end) + "…") > width) end--;
    return text.slice(0, end) + "…";
  }

  /* `y` is the middle of the first line. */
  function putLines(to, lines, x, y, anchor, kind) {
    const text = to.append("text").attr("text-anchor", anchor).attr("class", kind);
    lines.forEach(function (line, i) {
      text.append("tspan").attr("x", x).attr("y", y + i * lineHeight).attr("dy", "0.35em").text(line);
    });
    return text;
  }

  /* ---- numbers ---- */

  function isNumber(value) {
    return typeof value === "number" && isFinite(value);
  }

  function minus(text) {
    return text.replace(/-/g, "\u2212");
  }

  /* Four digits, as in the tables. */
  function show(value) {
    if (!isNumber(value)) return "\u2013";
    const size = Math.abs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4)) return minus(d3.format(".4~g")(value));
    const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    const text = d3.format((size >= 10000 ? "," : "") + "." + digits + "~f")(value);
    return minus(text === "-0" ? "0" : text);
  }

  /* With decimals as the table of the plot has them. */
  function showAs(value, digits) {
    if (digits < 0 || !isNumber(value)) return show(value);
    const text = value.toFixed(digits);
    if (Number(text) === 0) return (0).toFixed(digits);
    return minus(Math.abs(value) >= 10000 ? d3.format(",." + digits + "f")(value) : text);
  }

  function showInterval(point, value, digits) {
    const text = showAs(value, digits);
    if (!isNumber(point.low) && !isNumber(point.high)) return text;
    return text + " [" + showAs(point.low, digits) + ", " + showAs(point.high, digits) + "]";
  }

  /* ---- looks ---- */

  function color(i) {
    return "var(--c" + (i % 8) + ")";
  }

  function dash(i) {
    return dashes[i % dashes.length];
  }

  function marker(i, size) {
    return d3.symbol().type(symbols[i % symbols.length]).size(size || 48)();
  }

  /* Bars of one series are plain, those of the others hatched, so that colours need not be told apart. */
  function hatch(svg, name, i) {
    const id = name + "-hatch-" + i, lines = ["M0,6L6,0", "M0,0L6,6", "M0,3H6", "M0,6L6,0M0,0L6,6", "M3,0V6"];
    if (i === 0) return color(0);
    const pattern = svg.append("defs").append("pattern").attr("id", id).attr("width", 6).attr("height", 6)
      .attr("patternUnits", "userSpaceOnUse");
    pattern.append("rect").attr("width", 6).attr("height", 6).style("fill", color(i)).style("fill-opacity", 0.28);
    pattern.append("path").attr("d", lines[(i - 1) % lines.length]).style("stroke", color(i)).style("stroke-width", 1.6);
    return "url(#" + id + ")";
  }

  /* ---- frame ---- */

  function describe(plot) {
    const names = plot.series.map(function (series) { return series.name; }).filter(Boolean);
    return plot.title + ". " + (plot.y_label ? plot.y_label + (plot.x_label ? " by " : "") : "") + plot.x_label +
      (names.length ? ". Series: " + names.join(", ") : "") + ". The numbers follow as a table.";
  }

  function frame(box, plot, width, height) {
    return d3.select(box).append("svg").attr("viewBox", "0 0 " + width + " " + height).attr("role", "img")
      .attr("aria-label", describe(plot));
  }

  /* The label of the upright axis stands above it, where it need not be turned. Returns the room that it takes. */
  function topLabel(svg, text, width) {
    if (!text) return 10;
    const lines = wrap(text, width - 4);
    putLines(svg, lines, 0, 8, "start", "axis-label");
    return lines.length * lineHeight + 12;
  }

  /* ---- axes ---- */

  function ticksOf(scale, room, each) {
    return scale.ticks(Math.max(2, Math.floor(room / each)));
  }

  function format(scale, ticks) {
    const percent = scale.percent;
    if (percent) return function (value) { return minus(d3.format(".0%")(value)); };
    const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 1;
    const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
    const large = d3.max(ticks, Math.abs) >= 10000;
    if (step < 1e-5 || step >= 1e9) return function (value) { return minus(d3.format(".3~g")(value)); };
    return function (value) {
      const text = d3.format((large ? "," : "") + "." + digits + "f")(value);
      return minus(Number(text.replace(/,/g, "")) === 0 ? text.replace("-", "") : text);
    };
  }

  /* Ends where the outer ticks are. */
  function nice(scale, room, each) {
    return scale.nice(Math.max(2, Math.floor(room / each)));
  }

  function axisBottom(svg, scale, ticks, area, label) {
    const show = format(scale, ticks);
    const axis = d3.axisBottom(scale).tickValues(ticks).tickFormat(show).tickSize(5).tickPadding(5).tickSizeOuter(0);
    svg.append("g").attr("transform", "translate(0," + area.bottom + ")").call(axis).attr("font-family", null)
      .attr("font-size", null);
    if (label)
      putLines(svg, wrap(label, area.right - area.left), (area.left + area.right) / 2, area.bottom + 37, "middle",
        "axis-label");
  }

  function axisLeft(svg, scale, ticks, area) {
    const axis = d3.axisLeft(scale).tickValues(ticks).tickFormat(format(scale, ticks)).tickSize(0).tickPadding(8);
    const group = svg.append("g").attr("transform", "translate(" + area.left + ",0)").call(axis)
      .attr("font-family", null).attr("font-size", null);
    group.select(".domain").remove();
  }

  function tickWidth(scale, ticks) {
    return d3.max(ticks.map(format(scale, ticks)), measure) || 0;
  }

  function gridAcross(svg, scale, ticks, area) {
    ticks.forEach(function (tick) {
      svg.append("line").attr("class", tick === 0 ? "zero" : "grid").attr("x1", area.left).attr("x2", area.right)
        .attr("y1", Math.round(scale(tick))).attr("y2", Math.round(scale(tick)));
    });
  }

  function gridDown(svg, scale, ticks, area) {
    ticks.forEach(function (tick) {
      svg.append("line").attr("class", tick === 0 ? "zero" : "grid").attr("y1", area.top).attr("y2", area.bottom)
        .attr("x1", Math.round(scale(tick))).attr("x2", Math.round(scale(tick)));
    });
  }

  /* From the least to the largest of `values`, with room at the ends; 0 is in it where `zero` says so or it is near. */
  function domain(values, zero) {
    let low = d3.min(values), high = d3.max(values);
    if (low === undefined) return [0, 1];
    if (zero || (low > 0 && low < 0.5 * high)) low = Math.min(low, 0);
    if (zero || (high < 0 && high > 0.5 * low)) high = Math.max(high, 0);
    if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
    return [low, high];
  }

  /* All numbers under these names in all points, and the base line's. */
  function valuesOf(plot, names) {
    const values = plot.base ? [plot.base.value] : [];
    plot.series.forEach(function (series) {
      series.points.forEach(function (point) {
        names.forEach(function (name) { values.push(point[name]); });
      });
    });
    return values.filter(isNumber);
  }

  /* ---- marks ---- */

  function mark(to, title) {
    const group = to.append("g");
    group.append("title").text(title);
    return group;
  }

  /* From (x1, y1) to (x2, y2), with a stroke across each end. */
  function whisker(to, x1, y1, x2, y2, stroke) {
    const cap = 3.5, flat = y1 === y2, dx = flat ? 0 : cap, dy = flat ? cap : 0;
    to.append("path").style("stroke", stroke).style("stroke-width", 1.5).style("fill", "none")
      .attr("d", d3.line()([[x1, y1], [x2, y2]]) + d3.line()([[x1 - dx, y1 - dy], [x1 + dx, y1 + dy]]) +
        d3.line()([[x2 - dx, y2 - dy], [x2 + dx, y2 + dy]]));
  }

  /* The same upon a bar, from which it stands out by an edge. */
  function barWhisker(to, x1, y1, x2, y2) {
    whisker(to.append("g").attr("class", "edge"), x1, y1, x2, y2, null);
    whisker(to, x1, y1, x2, y2, "var(--ink)");
  }

  /* ---- legend ---- */

  /* `swatch(svg, i)` draws the look of the i-th entry, 30 by 14. */
  function legend(box, names, swatch) {
    const list = d3.select(box).append("ul").attr("class", "legend").attr("aria-label", "Legend");
    names.forEach(function (name, i) {
      const entry = list.append("li"), svg = entry.append("svg").attr("viewBox", "0 0 30 14").attr("aria-hidden", "true");
      swatch(svg, i);
      entry.append("span").text(name);
    });
  }

  function lineSwatch(marked) {
    return function (svg, i) {
      svg.append("path").attr("d", "M0,7H30").style("stroke", color(i)).style("stroke-width", 2)
        .style("stroke-dasharray", dash(i));
      if (marked)
        svg.append("path").attr("d", marker(i, 40)).attr("transform", "translate(15,7)").style("fill", color(i));
    };
  }

  function baseSwatch(svg) {
    svg.append("path").attr("d", "M0,7H30").attr("class", "base");
  }

  return { lineHeight, measure, wrap, cut, putLines, isNumber, show, showAs, showInterval, color, dash, marker, hatch,
    frame, topLabel, ticksOf, nice, format, axisBottom, axisLeft, tickWidth, gridAcross, gridDown, domain, valuesOf, mark,
    whisker, barWhisker, legend, lineSwatch, baseSwatch };
})();
