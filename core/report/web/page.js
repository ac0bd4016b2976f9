// Draws the pictures of the page when they come near the window, in the colours of the reader's
// scheme and in the width that there is. Needs vega, vegaLite, vegaEmbed, vegaInterpreter
// and pictureLook.
"use strict";

(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // Of many pairs those are shown whose row holds every word that is typed.
  for (const region of document.querySelectorAll(".filtered")) {
    const input = document.createElement("input");
    input.type = "search";
    const label = document.createElement("label");
    label.append("Show pairs with these words ", input);
    const rows = [...region.querySelectorAll("tbody tr")];
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    region.before(label);
  }

  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();

  const csvOf = (rows) => {
    if (rows.length === 0) return "";
    const names = Object.keys(rows[0]);
    // What a spreadsheet would take for a formula is shown as text.
    const cell = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
      return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    };
    return [names, ...rows.map((row) => names.map((n) => row[n]))]
      .map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  };

  // The links stand below the chart, which to a screen reader is one image.
  const addMenu = (figure, chart, rows) => {
    const menu = chart.querySelector(".vega-actions");
    if (!menu) return;
    figure.querySelector(":scope > .vega-actions")?.remove();
    chart.after(menu);
    const link = document.createElement("a");
    link.href = "#";
    link.textContent = "Save as CSV";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const blob = new Blob([csvOf(rows)], { type: "words/csv" });
      const save = document.createElement("a");
      save.href = URL.createObjectURL(blob);
      save.download = figure.id + ".csv";
      save.click();
      setTimeout(() => URL.revokeObjectURL(save.href), 1000);
    });
    menu.append(link);
  };

  const draw = async (figure) => {
    const chart = figure.querySelector(".chart");
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const rows = pictureLook.rowsOf(spec.datasets.rows);
    spec.datasets.rows = rows;
    const width = Math.max(260, Math.floor(chart.clientWidth));
    const place = document.createElement("div");
    try {
      const result = await vegaEmbed(place, pictureLook.fitted(spec, width), {
        mode: "vega-lite", renderer: rows.length > 1500 ? "canvas" : "svg", config: pictureLook.config(width, colour, dark.matches),
        ast: true, expr: vegaInterpreter.expressionInterpreter, defaultStyle: false,
        tooltip: { disableDefaultStyle: true, theme: "page" }, downloadFileName: figure.id,
        actions: { export: { svg: true, png: true }, source: false, compiled: false, editor: false },
      });
      if (figure.view) figure.view.finalize();
      figure.view = result.view;
      chart.replaceChildren(place);
      addMenu(figure, chart, rows);
      chart.dataset.drawn = width;
    } catch (error) {
      console.error("picture " + figure.id + ": " + error.message);
    }
    chart.classList.remove("waiting");
  };

  const figures = [...document.querySelectorAll("figure")];
  const drawAll = () => Promise.all(figures.map(draw));
  for (const figure of figures) figure.querySelector(".chart").classList.add("waiting");

  if ("IntersectionObserver" in window) {
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "500px 0px" });
    for (const figure of figures) near.observe(figure);
  } else {
    drawAll();
  }

  const redraw = (all) => {
    for (const figure of figures) {
      const chart = figure.querySelector(".chart");
      const width = Math.max(260, Math.floor(chart.clientWidth));
      if (chart.dataset.drawn && (all || Number(chart.dataset.drawn) !== width)) draw(figure);
    }
  };
  let timer = 0;
  window.addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => redraw(false), 200);
  });
  dark.addEventListener("change", () => redraw(true));
  window.addEventListener("beforeprint", drawAll);
})();
