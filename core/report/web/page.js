// Draws the pictures of the page when they come near the window, in the colours of the reader's
// scheme and in the width that there is. Needs vega, vegaLite, vegaEmbed and vegaInterpreter.
"use strict";

(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  // Columns to rows: {x: [1, 2], y: [3, 4]} becomes [{x: 1, y: 3}, {x: 2, y: 4}].
  const rowsOf = (columns) => {
    const names = Object.keys(columns);
    if (names.length === 0) return [];
    return columns[names[0]].map((_, i) => Object.fromEntries(names.map((n) => [n, columns[n][i]])));
  };

  // Distinct also for those who see colours otherwise (after Okabe and Ito), by scheme.
  const palette = (isDark) =>
    isDark
      ? ["#66c4cc", "#e3a857", "#c58fd6", "#8fce7e", "#ef8a76", "#7fa8e8", "#d6cf6a", "#b9b9b9"]
      : ["#0b6470", "#b4590a", "#7a3e93", "#3c7a29", "#b0342a", "#2d5bab", "#7d7109", "#5c6166"];

  const config = (width) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
    const text = { labelColor: colour("--quiet"), titleColor: colour("--quiet"), labelFont: font,
      titleFont: font, labelFontSize: 11, titleFontSize: 11, titleFontWeight: 500 };
    return {
      background: "transparent", font, view: { stroke: null },
      axis: { ...text, gridColor: colour("--line"), gridOpacity: 0.7, domainColor: colour("--line"),
        tickColor: colour("--line") },
      axisX: { grid: false },
      legend: { ...text, orient: "bottom", direction: "horizontal", labelLimit: width < 500 ? width - 60 : 260,
        columns: width < 500 ? 1 : 3, symbolLimit: 12, titleLimit: 200,
        symbolBaseFillColor: colour("--quiet"), symbolBaseStrokeColor: colour("--quiet"),
        layout: { bottom: { direction: width < 500 ? "vertical" : "horizontal", margin: 8 } } },
      header: { ...text, labelFontSize: 12, labelLimit: 300 },
      title: { color: colour("--ink"), font, fontSize: 12, fontWeight: 600, anchor: "start" },
      text: { color: colour("--ink"), font }, rule: { color: colour("--accent") },
      bar: { color: colour("--accent") }, circle: { color: colour("--accent") },
      range: { category: palette(dark.matches) },
    };
  };

  // Sizes of panels for the width that there is; narrow windows get one panel a row.
  const fitted = (spec, width) => {
    const { columns, height } = spec.usermeta;
    const sized = structuredClone(spec);
    const many = sized.concat || sized.facet;
    const panels = sized.concat ? sized.concat.length : columns;
    const across = many ? Math.max(1, Math.min(columns, panels, Math.floor(width / 330))) : 1;
    const labels = many ? 62 : 70;
    const widest = height < 10 ? 520 : 960;  // a square need not fill a desk
    const panel = Math.max(140, Math.min(widest, Math.floor(width / across) - labels));
    const size = { width: panel, height: height < 10 ? Math.round(panel * height) : height };
    if (sized.concat) {
      sized.columns = across;
      sized.concat = sized.concat.map((unit) => ({ ...unit, ...size }));
    } else if (sized.facet) {
      if (!sized.facet.row) sized.columns = across;
      Object.assign(sized.spec, size);
    } else {
      Object.assign(sized, { width: width, height: size.height,
        autosize: { type: "fit", contains: "padding" } });
    }
    return sized;
  };

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
    const rows = rowsOf(spec.datasets.rows);
    spec.datasets.rows = rows;
    const width = Math.max(260, Math.floor(chart.clientWidth));
    const place = document.createElement("div");
    try {
      const result = await vegaEmbed(place, fitted(spec, width), {
        mode: "vega-lite", renderer: rows.length > 1500 ? "canvas" : "svg", config: config(width),
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
