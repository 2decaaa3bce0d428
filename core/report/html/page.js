/* SPDX-License-Identifier: MIT */
/* Draws each figure of the page, and again when its width changes or the page is printed. */
(function () {
  "use strict";

  const painters = {
    "line": etpLines.draw, "band": etpLines.draw, "area": etpLines.draw, "lorenz": etpLines.draw,
    "bars": etpBars.draw, "grouped-bars": etpBars.draw, "dots": etpRows.dots, "tornado": etpRows.tornado
  };
  const leastWidth = 240, usualWidth = 640, printedWidth = 660;
  const plots = JSON.parse(document.getElementById("page.plots").textContent);
  const drawn = new Map();

  function isEmpty(plot) {
    return plot.series.every(series => series.points.length === 0);
  }

  function say(box, sentence) {
    const text = document.createElement("p");
    text.className = "note";
    text.textContent = sentence;
    box.append(text);
  }

  /* One figure that cannot be drawn must not take the others with it. */
  function draw(box, plot, width) {
    drawn.set(box, width);
    box.replaceChildren();
    if (isEmpty(plot)) {
      say(box, "There is nothing to draw here.");
      return;
    }
    try {
      painters[plot.kind](box, plot, width);
    } catch (error) {
      box.replaceChildren();
      say(box, "This figure could not be drawn; its numbers are below.");
      console.error(plot.id, error);
    }
  }

  function forEachFigure(work) {
    for (const id of Object.keys(plots)) {
      const box = document.getElementById(id).querySelector(".plot");
      work(box, plots[id]);
    }
  }

  function widthOf(box) {
    return Math.max(leastWidth, Math.floor(box.clientWidth) || usualWidth);
  }

  function drawAll() {
    forEachFigure(function (box, plot) {
      if (drawn.get(box) !== widthOf(box)) draw(box, plot, widthOf(box));
    });
  }

  let printing = false;
  addEventListener("beforeprint", function () {
    printing = true;
    forEachFigure((box, plot) => draw(box, plot, printedWidth));
  });
  addEventListener("afterprint", function () {
    printing = false;
    drawAll();
  });
  new ResizeObserver(function () {
    if (!printing) requestAnimationFrame(drawAll);
  }).observe(document.querySelector("main"));
  drawAll();
})();
