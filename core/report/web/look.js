// How pictures look, for the page and for those that are drawn without one: rows of a picture's data,
// the theme, and the sizes of its panels.
"use strict";

const pictureLook = (() => {
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

  // `colour` gives the page's colours by their names: "--ink".
  const config = (width, colour, isDark) => {
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
      range: { category: palette(isDark) },
      style: { halo: { stroke: colour("--paper"), strokeWidth: 5, strokeJoin: "round" } },
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
        autosize: { type: "fit-x", contains: "padding" } });  // legends add to the height
    }
    return sized;
  };

  return { rowsOf, config, fitted };
})();
