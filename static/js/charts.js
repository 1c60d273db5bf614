// Draws each chart from the figures beside it and offers it as a picture. Without this script the
// page shows the tables; with it they are folded, and unfold for print.
const { fill, token } = window.chartFills;
const page = document.querySelector(".charts");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
// Room for a bar.
const BAR = 34;
const NARROW = 560;
const LINE = 15;
const drawn = new Map();

// Each part says what it is where there is room, so that no reading rests on colour.
const marks = {
  id: "marks",
  afterDatasetsDraw(chart) {
    const pen = chart.ctx;
    pen.save();
    pen.font = `12px ${token("--sans")}`;
    pen.textBaseline = "middle";
    if (chart.config.type === "line") {
      nameAreas(chart, pen);
    } else {
      chart.getSortedVisibleDatasetMetas().forEach((meta) => countBars(chart, pen, meta));
    }
    pen.restore();
  },
};

function countBars(chart, pen, meta) {
  pen.textAlign = "center";
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = token("--paper");
  pen.fillStyle = token("--ink");
  for (const [index, element] of meta.data.entries()) {
    const { x, y, base } = element.getProps(["x", "y", "base"], true);
    const count = chart.data.datasets[meta.index].data[index];
    if (count && Math.abs(x - base) > 8 * String(count).length) {
      // Ink with an edge of paper can be read on any fill.
      pen.strokeText(count, (x + base) / 2, y);
      pen.fillText(count, (x + base) / 2, y);
    }
  }
}

// Names beside the last day, pushed apart where areas are thin.
function nameAreas(chart, pen) {
  if (chart.width < NARROW) {
    return;
  }
  pen.textAlign = "left";
  pen.fillStyle = token("--ink");
  let free = Infinity;
  for (const meta of chart.getSortedVisibleDatasetMetas()) {
    const { data, label } = chart.data.datasets[meta.index];
    const last = meta.data.at(-1);
    if (data.at(-1)) {
      const bottom = last.y + chart.scales.y.getPixelForValue(0) - chart.scales.y.getPixelForValue(data.at(-1));
      const y = Math.min((last.y + bottom) / 2, free - LINE);
      pen.fillText(`${data.at(-1)} ${label}`, last.x + 8, y);
      free = y;
    }
  }
}

function datasets({ series, counts }, isArea) {
  return series.map((one, index) => ({
    label: one.label,
    data: counts[index],
    backgroundColor: fill(one),
    borderColor: token("--paper"),
    borderSkipped: false,
    borderWidth: isArea ? 1 : { right: 2 },
    fill: isArea ? "stack" : undefined,
    maxBarThickness: 30,
    pointHitRadius: 8,
    pointRadius: 0,
  }));
}

// A long name in lines of some twenty letters.
function wrapped(name) {
  const lines = [""];
  for (const word of name.split(" ")) {
    if (lines.at(-1) && `${lines.at(-1)} ${word}`.length > 18) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
    }
  }
  return lines;
}

// Chart.js calls it on the scale.
function nameOfBar(value) {
  const name = this.getLabelForValue(value);
  return this.chart.width < NARROW ? wrapped(name) : name;
}

function scales(isArea, ink, font) {
  const counts = {
    stacked: true,
    beginAtZero: true,
    border: { display: false },
    grid: { color: token("--line") },
    ticks: { color: ink, font, precision: 0 },
  };
  const names = {
    stacked: true,
    border: { color: token("--line-strong") },
    grid: { display: false },
    ticks: { color: ink, font, autoSkip: isArea, autoSkipPadding: 24, maxRotation: 0 },
  };
  if (isArea) {
    return { x: names, y: counts };
  }
  names.ticks.callback = nameOfBar;
  return { x: counts, y: names };
}

function configuration(data, options = {}) {
  // An area needs two days; a single one is a bar.
  const isArea = data.kind === "area" && data.labels.length > 1;
  const ink = token("--ink-soft");
  const font = { family: token("--sans"), size: 12 };
  return {
    type: isArea ? "line" : "bar",
    data: { labels: data.labels, datasets: datasets(data, isArea) },
    plugins: [marks],
    options: {
      // A register does not move by itself, least of all for who asked for less motion.
      animation: false,
      indexAxis: isArea ? "x" : "y",
      interaction: { mode: "index", axis: isArea ? "x" : "y", intersect: false },
      layout: { padding: ({ chart }) => ({ right: isArea && chart.width >= NARROW ? 130 : 8 }) },
      maintainAspectRatio: false,
      scales: scales(isArea, ink, font),
      plugins: {
        legend: {
          align: "start",
          // Hiding a part by a click would show other figures than the table.
          onClick: () => {},
          labels: { boxHeight: 12, boxWidth: 12, color: ink, font },
        },
        tooltip: { filter: (item) => item.raw > 0 },
      },
      ...options,
    },
  };
}

// Of a picture as a file; on the page its room is in charts.css.
function heightOf(data) {
  return data.kind === "bars" ? data.labels.length * BAR + 90 : 400;
}

function dataOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function draw(frame) {
  const data = dataOf(frame.dataset.chart);
  frame.dataset.scheme = dark.matches ? "dark" : "light";
  drawn.get(frame)?.destroy();
  drawn.set(frame, new window.Chart(frame.querySelector("canvas"), configuration(data)));
}

// Chart.js takes a phone some time to read: it is fetched when the first picture comes into
// sight, or when there is nothing else to do, since printing does not wait for it.
let library;

function libraryIsThere() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = page.dataset.library;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return library;
}

// Other things, such as a touch, have their turn before each picture.
function turn() {
  return new Promise((resolve) => setTimeout(resolve));
}

async function drawInTurn(targets) {
  await libraryIsThere();
  await Promise.all(
    targets.map(async (frame) => {
      await turn();
      if (!drawn.has(frame)) {
        draw(frame);
      }
    }),
  );
}

// -- As a file ------------------------------------------------------------------------------

// The same width and sharpness from any screen.
const WIDTH = 1200;
const MARGIN = 40;
const SHARPNESS = 2;

function pictureOf(data, width, height) {
  const picture = document.createElement("canvas");
  picture.width = width;
  picture.height = height;
  const options = { responsive: false, devicePixelRatio: SHARPNESS };
  const chart = new window.Chart(picture, configuration(data, options));
  return { chart, picture };
}

// The picture with what it needs to stand alone: what it shows, of what, on which day, from where.
function sheetOf(data) {
  const width = WIDTH - 2 * MARGIN;
  const height = heightOf(data);
  const { chart, picture } = pictureOf(data, width, height);
  const { source } = document.querySelector("[data-source]").dataset;
  const sheet = document.createElement("canvas");
  sheet.width = WIDTH * SHARPNESS;
  sheet.height = (height + 190) * SHARPNESS;
  const pen = sheet.getContext("2d");
  pen.scale(SHARPNESS, SHARPNESS);
  pen.fillStyle = token("--paper");
  pen.fillRect(0, 0, WIDTH, height + 190);
  pen.drawImage(picture, MARGIN, 116, width, height);
  const line = (text, y, font, colour) => {
    pen.font = font;
    pen.fillStyle = token(colour);
    pen.fillText(text, MARGIN, y, width);
  };
  line(data.heading, 60, `600 28px ${token("--serif")}`, "--ink");
  line(data.told, 92, `16px ${token("--sans")}`, "--ink");
  line(`${source} · ${window.location.href}`, height + 160, `13px ${token("--sans")}`, "--ink-soft");
  chart.destroy();
  return sheet;
}

async function download(data) {
  await libraryIsThere();
  sheetOf(data).toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = data.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

// -- On the page ----------------------------------------------------------------------------

const figures = [...document.querySelectorAll(".chart-figures")];
let folded = [];

function unfold() {
  folded = figures.filter((details) => !details.open);
  for (const details of folded) {
    details.open = true;
  }
}

function fold(these) {
  for (const details of these) {
    details.open = false;
  }
}

// Without Chart.js the tables tell what they tell without any script.
function showTables() {
  page.classList.add("is-without-pictures");
  unfold();
}

// A picture is drawn when some of it is in sight, be it for whoever scrolls: to draw one takes a
// phone a sixth of a second, and to draw all of them at once holds it up.
const inSight = new IntersectionObserver(
  (entries) => {
    const targets = entries.filter((entry) => entry.isIntersecting).map(({ target }) => target);
    targets.forEach((target) => inSight.unobserve(target));
    if (targets.length) {
      drawInTurn(targets).catch(showTables);
    }
  },
  { threshold: 0.1 },
);
const frames = [...document.querySelectorAll("[data-chart]")];
page.classList.add("is-live");
fold(figures);
for (const details of figures) {
  details.dataset.folds = "";
}
frames.forEach((frame) => inSight.observe(frame));
window.addEventListener("load", () => {
  const whenIdle = window.requestIdleCallback ?? setTimeout;
  whenIdle(() => libraryIsThere().catch(showTables));
});
dark.addEventListener("change", () => [...drawn.keys()].forEach(draw));
window.addEventListener("beforeprint", () => {
  if (window.Chart) {
    frames.filter((frame) => !drawn.has(frame)).forEach(draw);
  }
  unfold();
});
window.addEventListener("afterprint", () => fold(folded));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-download]");
  if (button) {
    download(dataOf(button.dataset.download)).catch(showTables);
  }
});
