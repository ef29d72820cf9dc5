// Shows the data of the page: tables, charts and, for each number, the words that state it. All text is set as text.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const WHOLE = { partner: "WORLD", commodity: "TOTAL", ownership: "ALL", trade_mode: "ALL" };
  const DIMENSIONS = ["partner", "commodity", "ownership", "trade_mode"];
  const COLOURS = [1, 2, 3, 4, 5, 6].map((number) => `var(--series-${number})`);
  const FLOW_COLOURS = { total: COLOURS[0], export: COLOURS[1], import: COLOURS[2] };
  const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross"];
  const GLYPHS = ["●", "■", "▲", "◆", "★", "✚"];
  const SIGNS = { stated: "●", computed: "◐", deduced: "○" };
  const FIRST_ROWS = 12;
  // Percentage points: a share that is known less well than this says little in a chart, and is in the table alone.
  const WIDEST_SHARE = 25;

  const WORDS = {
    en: {
      title: "Customhouse: foreign trade, figure by figure", close: "Close", table: "Table", rows: "rows", all: "All",
      growth: "Growth", level: "Level", base: "A year before", contribution: "Contribution", share: "Share",
      share_change: "Change of share", period: "Period", series: "Series", part: "Part", whole: "of", rank: "Rank",
      stated_rank: "Stated rank", name: "Name", source: "Source", known: "Known", date: "Date", figures: "Figures",
      covers: "Covers", publisher: "Publisher", quantity: "Quantity", price: "Unit value", value: "Value",
      from_quantity: "from quantity", from_price: "from unit value", first: "First", latest: "Latest",
      change: "Change", stated: "stated", computed: "computed", deduced: "deduced", measured: "Show",
      dimension: "Shares by", peers: "Among", finding: "Finding", document: "Document",
      found: "What follows", says: "What is stated", apart: "Apart, in last digits", culprit: "the one that does not fit",
      rounding: "rounding explains it", restated: "restated", within: "in",
      flow: "Flow", ownership: "Enterprises", trade_mode: "Trade mode", partner: "Partners", commodity: "Commodities",
      region: "Region", one_partner: "Partner", one_commodity: "Commodity", at: (name, period) => `${name}, ${period}`, row: "Row of the sheet", place: "Place",
      file: "File", printed: "Value keyed in", follows: "How it follows", words: "The words",
      above: "told above", notable: "Not printed, and implied",
      other: "Other regions have some:", more: (n) => `and ${n} more`, show_all: (n) => `Show all ${n}`,
      empty: "Nothing is known of this.", empty_series: "No document states growth for it.",
      empty_cards: "No document states the trade of this region and period as a whole.",
      empty_checks: (n) => `None. The other figures of a document say something of ${n} stated figures, and agree with each.`,
      undetermined: (n) => `Of ${n} more the other figures say nothing.`,
      left_out: (shown, total) => `Shown are ${shown} of ${total} rows: regions with the most figures, then the newest periods and largest levels.`,
      shown_all: (total) => `All ${total} rows of the marts behind these sections are shown.`,
      no_quote: "The document states it; the published file keeps no words of it.",
      only_table: (n) => `${n} more ${n === 1 ? "is" : "are"} in the table alone: of other parts, or known too roughly to draw.`, to: " to ", at_least: "at least ", at_most: "at most ", unit: "Unit",
    },
    zh: {
      title: "Customhouse：外贸统计，数数有出处", close: "关闭", table: "表格", rows: "行", all: "全部",
      growth: "同比增速", level: "数额", base: "上年同期", contribution: "拉动", share: "比重",
      share_change: "比重变化", period: "时期", series: "指标", part: "部分", whole: "占", rank: "名次",
      stated_rank: "公布名次", name: "名称", source: "来源", known: "依据", date: "日期", figures: "数据数",
      covers: "时间范围", publisher: "发布者", quantity: "数量", price: "单价", value: "货值",
      from_quantity: "数量贡献", from_price: "单价贡献", first: "最初", latest: "最新",
      change: "变化", stated: "公布", computed: "计算", deduced: "推得", measured: "显示",
      dimension: "比重分类", peers: "范围", finding: "结论", document: "文件",
      found: "推得区间", says: "公布区间", apart: "相差（末位单位）", culprit: "不相容者",
      rounding: "可由舍入解释", restated: "已修订", within: "属",
      flow: "流向", ownership: "企业类型", trade_mode: "贸易方式", partner: "贸易伙伴", commodity: "商品",
      region: "地区", one_partner: "伙伴", one_commodity: "商品", at: (name, period) => `${name}，${period}`, row: "录入表行", place: "位置",
      file: "文件", printed: "录入值", follows: "推算过程", words: "原文",
      above: "见上", notable: "未写明而可推知",
      other: "其他地区有：", more: (n) => `另有${n}项`, show_all: (n) => `显示全部${n}项`,
      empty: "尚无相关数据。", empty_series: "尚无文件公布其增速。",
      empty_cards: "尚无文件公布该地区该时期的进出口总体数据。",
      empty_checks: (n) => `无。有${n}个公布数可由同一文件的其他数据核对，全部相符。`,
      undetermined: (n) => `另有${n}个无从核对。`,
      left_out: (shown, total) => `共${total}行，显示${shown}行：数据最多的地区优先，其次为最新时期和较大数额。`,
      shown_all: (total) => `以上各节所依据的${total}行数据全部显示。`,
      no_quote: "该文件公布了此数；发布文件中未存其原文。",
      only_table: (n) => `另有${n}项仅列于表中：属其他部分，或区间过宽而无法绘出。`, to: "至", at_least: "至少", at_most: "至多", unit: "单位",
    },
  };
  const FLOW_NAMES = {
    en: { total: "Trade", export: "Exports", import: "Imports", balance: "Trade balance" },
    zh: { total: "进出口", export: "出口", import: "进口", balance: "贸易差额" },
  };
  const STATISTICS = {
    en: { level: "level", growth: "growth", change: "change", share: "share", share_change: "change of share", growth_gap: "growth less that of another", contribution: "contribution to growth", rank: "rank", ratio: "ratio" },
    zh: { level: "数额", growth: "同比增速", change: "增减额", share: "比重", share_change: "比重变化", growth_gap: "增速差", contribution: "对增长的拉动", rank: "名次", ratio: "比率" },
  };
  const RULES = {
    en: { stated: "as stated", growth: "level, base and growth", share: "part, whole and share", count: "a count of regions", spans: "spans add up", flows: "exports and imports make trade", parts: "parts make the whole", contribution: "change over the base of the whole", members: "members of a group", change: "level less base", rank: "an order", share_change: "share now less share before", growth_gap: "growth less that of another", unit_value: "value is quantity times unit value" },
    zh: { stated: "公布", growth: "数额、基数与增速的关系", share: "部分、总体与比重的关系", count: "地区计数", spans: "时段相加", flows: "出口与进口合为进出口", parts: "各部分合为总体", contribution: "增量与总体基数之比", members: "组别成员", change: "数额减基数", rank: "排序", share_change: "比重前后之差", growth_gap: "增速之差", unit_value: "货值等于数量乘单价" },
  };
  const SCALES = {
    en: [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"]],
    zh: [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]],
  };
  const CURRENCIES = { en: { CNY: "yuan", USD: "US dollars" }, zh: { CNY: "元", USD: "美元" } };

  // ---- state: what is chosen, kept in the address so that a view can be sent to somebody ----
  const state = { language: "en", region: "", period: "" };
  const choice = { time: "growth", shares: "", peers: "", finding: "" };
  const word = (name) => WORDS[state.language][name];

  // ---- elements ----
  const make = (tag, attributes, ...content) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") element.className = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...content.flat().filter((one) => one !== null && one !== undefined && one !== ""));
    return element;
  };
  const put = (id, ...content) => document.getElementById(id).replaceChildren(...content.flat().filter(Boolean));

  // ---- rows of the marts as objects; each knows where it stands, so that a number can say which cell it shows ----
  const rows = {};
  for (const [name, table] of Object.entries(data.tables)) {
    rows[name] = table.rows.map((cells, place) => {
      const row = { _table: name, _place: place };
      table.columns.forEach((column, number) => { row[column] = cells[number]; });
      return row;
    });
  }
  const columnar = ({ columns, rows: found }) => new Map(Object.entries(found).map(([id, cells]) =>
    [id, Object.fromEntries(columns.map((column, number) => [column, cells[number]]))]));
  const figures = columnar(data.evidence.figures);
  const steps = columnar(data.evidence.steps);
  const sources = new Map(data.sources.map((source) => [source.source_id, source]));
  const periodOf = (row) => `${row.period_start}/${row.period_end}`;
  const isWhole = (row) => DIMENSIONS.every((name) => row[`${name}_id`] === WHOLE[name]);
  const ofRegion = (name, region = state.region) => rows[name].filter((row) => row.region_id === region);

  // ---- names ----
  const name = (list, code) => {
    const known = data.names[list] && Object.hasOwn(data.names[list], code) ? data.names[list][code] : null;
    if (known) return known[state.language === "zh" ? 1 : 0];
    if (code && code.includes("~")) {
      const [whole, parts] = code.split("~");
      return state.language === "zh" ? `${name(list, parts)}以外的${name(list, whole)}` : `${name(list, whole)} except ${name(list, parts)}`;
    }
    if (code && code.includes("+")) return code.split("+").map((one) => name(list, one)).join(state.language === "zh" ? "和" : " and ");
    return code || "";
  };
  const periodName = (code) => name("period", code);
  const flowName = (flow) => FLOW_NAMES[state.language][flow] || (flow ? name("flow", flow) : "");
  const unitName = (unit) => CURRENCIES[state.language][unit] || (unit === "unstated" ? "" : name("unit", unit));
  const seriesParts = (row, without = []) => {
    const parts = DIMENSIONS.filter((one) => !without.includes(one) && row[`${one}_id`] && row[`${one}_id`] !== WHOLE[one])
      .map((one) => name(one, row[`${one}_id`]));
    const measure = row.measure && row.measure !== "value" ? name("measure", row.measure) : "";
    return [flowName(row.flow), measure, ...parts].filter(Boolean);
  };
  const seriesName = (row, without = []) => seriesParts(row, without).join(" · ");
  const subjectName = (row) => [name("region", row.region_id), ...seriesParts(row)].filter(Boolean).join(" · ");
  const sourceTitle = (id) => (sources.get(id) || { title: id }).title;

  // ---- numbers ----
  const grouped = (number, places) => number.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: places }).replace("-", "−");
  const fixed = (number, places) => number.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
  // Decimals that tell the bounds of an interval apart; of a number without interval as many as it has.
  const placesOf = (low, high, scale) => {
    if (low === null || high === null || low === high) return null;
    return Math.min(6, Math.max(0, -Math.floor(Math.log10((high - low) / scale) + 1e-6)));
  };
  const outward = (number, places, round) => round(number * 10 ** places + (round === Math.floor ? 1e-6 : -1e-6)) / 10 ** places;
  // Kinds of numbers: an amount in a unit, percent, percentage points, a rank.
  const kindOf = (statistic, unit) => {
    if (["growth", "share", "contribution_share"].includes(statistic)) return "percent";
    if (["share_change", "growth_gap", "contribution"].includes(statistic)) return "points";
    if (statistic === "rank") return "rank";
    return unit || "";
  };
  const isSigned = (statistic) => ["growth", "share_change", "growth_gap", "contribution", "change"].includes(statistic);
  const parts = (value, low, high, statistic, unit) => {
    const kind = kindOf(statistic, unit);
    const known = [value, low, high].filter((one) => one !== null && one !== undefined);
    if (!known.length) return null;
    const size = Math.max(...known.map(Math.abs));
    const isAmount = !["percent", "points", "rank"].includes(kind);
    const [scale, scaleName] = (isAmount && SCALES[state.language].find(([factor]) => size >= factor * 0.9999999)) || [1, ""];
    const measured = isAmount && kind in CURRENCIES.en ? unitName(kind) : "";
    const suffix = kind === "percent" ? "%" : kind === "points" ? (state.language === "zh" ? "个百分点" : " pp")
      : scaleName + (measured ? (state.language === "zh" ? measured : ` ${measured}`) : isAmount && unitName(kind) ? ` ${state.language === "en" ? unitName(kind).toLowerCase() : unitName(kind)}` : "");
    const places = placesOf(low, high, scale);
    const sign = (number) => (isSigned(statistic) && number > 0 ? "+" : "");
    const main = (number) => sign(number) + (places === null ? grouped(number / scale, 6) : fixed(number / scale, places));
    const bound = (number, round) => {
      const digits = Math.min(6, (places ?? 0) + 1);
      return sign(number) + fixed(outward(number / scale, digits, round), digits);
    };
    return { value, low, high, main, bound, suffix, places, scale };
  };
  const between = (one, unitAlso = true) => {
    const suffix = unitAlso ? one.suffix : "";
    if (one.low === null && one.high === null) return "";
    if (one.high === null) return `${word("at_least")}${one.bound(one.low, Math.floor)}${suffix}`;
    if (one.low === null) return `${word("at_most")}${one.bound(one.high, Math.ceil)}${suffix}`;
    if (one.low === one.high) return "";
    const [low, high] = [one.bound(one.low, Math.floor), one.bound(one.high, Math.ceil)];
    const joint = one.low < 0 || low.startsWith("+") ? word("to") : "–";
    return `${low}${joint}${high}${suffix}`;
  };
  const said = (value, low, high, statistic, unit) => {
    const one = parts(value ?? null, low ?? null, high ?? null, statistic, unit);
    if (!one) return { main: "", interval: "" };
    const main = one.value === null ? between(one, false) || one.main(one.low) : one.main(one.value);
    return { digits: main, suffix: one.suffix, main: `${main}${one.suffix}`, interval: one.value === null ? "" : between(one, false) };
  };
  const measured = (digits, suffix) => [make("span", { class: "digits" }, digits), suffix ? make("span", { class: "measured" }, suffix) : null];
  // A number of the page: its text, its interval, and the way to what it rests on.
  const number = (row, column, { low, high, statistic = "level", unit = row.unit, evidence = column, label, withInterval = true } = {}) => {
    const text = said(row[column], low ? row[low] : null, high ? row[high] : null, statistic, unit);
    if (!text.main) return null;
    const rests = row[`${evidence}_evidence`];
    const cell = { "data-table": row._table, "data-row": row._place, "data-column": column, "data-low": low, "data-high": high };
    const found = [rests && rests.length
      ? make("a", { class: "number", href: `#figure=${encodeURIComponent(rests.join(","))}&of=${row._table}.${row._place}.${column}`, title: label, ...cell }, measured(text.digits, text.suffix))
      : make("span", { ...cell, class: "plain" }, measured(text.digits, text.suffix))];
    if (withInterval && text.interval) found.push(make("span", { class: "interval" }, text.interval));
    return found;
  };
  const NUMBERS = {
    value: { low: "low", high: "high" },
    level: { low: "level_low", high: "level_high" },
    base: { low: "base_low", high: "base_high" },
    growth_pct: { low: "growth_low_pct", high: "growth_high_pct", statistic: "growth" },
    contribution_pp: { low: "contribution_low_pp", high: "contribution_high_pp", statistic: "contribution" },
    share_pct: { low: "share_low_pct", high: "share_high_pct", statistic: "share" },
    balance: { low: "balance_low", high: "balance_high" },
    stated_rank: { statistic: "rank" },
  };
  for (const one of ["value", "quantity", "unit_value"]) {
    NUMBERS[`${one}_growth_pct`] = { low: `${one}_growth_low_pct`, high: `${one}_growth_high_pct`, statistic: "growth" };
  }
  for (const one of ["quantity", "price"]) {
    NUMBERS[`${one}_contribution_pp`] = { low: `${one}_contribution_low_pp`, high: `${one}_contribution_high_pp`, statistic: "contribution" };
  }
  const shown = (row, column, options = {}) => {
    if (column === "share_change_pp") {
      const isStated = row.stated_share_change_pp !== null;
      return number(row, column, { statistic: "share_change", ...(isStated ? {} : { low: "recomputed_share_change_low_pp", high: "recomputed_share_change_high_pp" }), ...options });
    }
    if (column === "ranked_value") {
      return number(row, column, { low: "ranked_low", high: "ranked_high", statistic: row.ranked_by, ...options });
    }
    return number(row, column, { ...NUMBERS[column], ...options });
  };
  // An interval that has no point of its own: both of its ends are cells.
  const range = (row, low, high, statistic, unit, evidence) => {
    const one = parts(null, row[low], row[high], statistic, unit ?? row.unit);
    if (!one) return null;
    const rests = row[`${evidence || low}_evidence`];
    return make("a", {
      class: "number", href: `#figure=${encodeURIComponent((rests || []).join(","))}&of=${row._table}.${row._place}.${low}`,
      "data-table": row._table, "data-row": row._place, "data-low": low, "data-high": high,
    }, measured(between(one, false) || one.main(one.low), one.suffix));
  };
  const origin = (row) => make("span", { class: "origin", title: word(row.origin) }, `${SIGNS[row.origin] || ""} ${word(row.origin) || ""}`);

  // ---- tables ----
  // Columns are [heading, cell of a row, whether it holds numbers]; the first is the row's heading.
  const table = (found, columns, caption) => {
    const used = columns.map((column) => found.map((row) => column[1](row)));
    const kept = columns.map((_, number) => number).filter((number) => number === 0 || used[number].some((cell) => cell && (!Array.isArray(cell) || cell.length)));
    const head = make("tr", {}, kept.map((number) => make("th", { scope: "col", class: columns[number][2] ? "figure" : null }, columns[number][0])));
    const line = (place) => make("tr", {}, kept.map((number) => {
      const cell = used[number][place];
      const content = Array.isArray(cell) ? cell : [cell];
      if (number === kept[0]) return make("th", { scope: "row" }, content);
      return make("td", { class: columns[number][2] ? "figure" : null, "data-label": columns[number][0] }, content);
    }));
    const body = make("tbody", {}, found.slice(0, FIRST_ROWS).map((_, place) => line(place)));
    const wrapped = [make("div", { class: "wide" }, make("table", { class: "stacks" }, caption ? make("caption", {}, caption) : null, make("thead", {}, head), body))];
    if (found.length > FIRST_ROWS) {
      const more = make("button", { type: "button", class: "more" }, word("show_all")(found.length));
      const showAll = () => {
        found.slice(FIRST_ROWS).forEach((_, place) => body.append(line(place + FIRST_ROWS)));
        more.remove();
      };
      more.addEventListener("click", () => { showAll(); body.rows[FIRST_ROWS].querySelector("a, th")?.focus?.(); });
      more.showAll = showAll;
      wrapped.push(more);
    }
    return wrapped;
  };
  const folded = (found, columns, isOpen = false) => make("details", { open: isOpen }, make("summary", {}, `${word("table")} (${found.length} ${word("rows")})`), table(found, columns));
  // Where the region has nothing: who has, with a way there.
  const empty = (text, tableName) => {
    const others = new Map();
    for (const row of tableName ? rows[tableName] : []) others.set(row.region_id, (others.get(row.region_id) || 0) + 1);
    others.delete(state.region);
    const known = [...others].filter(([code]) => regions.includes(code)).slice(0, 6);
    return make("div", { class: "empty" }, make("span", {}, text),
      known.length ? make("div", {}, `${word("other")} `, known.map(([code, count]) => {
        const button = make("button", { type: "button" }, `${name("region", code)} (${count})`);
        button.addEventListener("click", () => go({ region: code, period: "" }));
        return button;
      })) : null);
  };
  const select = (label, options, chosen, onChange) => {
    const list = make("select", {}, options.map(([code, text]) => make("option", { value: code, selected: code === chosen }, text)));
    list.addEventListener("change", () => onChange(list.value));
    return make("label", {}, label, list);
  };

  // ---- charts ----
  const drawn = new Map();
  const chart = (id, draw) => {
    drawn.set(id, draw);
    const place = document.getElementById(id);
    const width = Math.max(280, Math.floor(place.clientWidth || place.parentElement.clientWidth));
    const svg = draw(width);
    place.replaceChildren(...(svg ? [svg].flat() : []));
    place.querySelector("svg.chart, figure svg")?.setAttribute("role", "img");
  };
  const noChart = (id) => { drawn.delete(id); put(id); };
  const style = (width) => ({ className: "chart", width, style: { background: "transparent", fontSize: "12px" } });
  const legend = (entries) => make("ul", { class: "legend" }, entries.map(([text, colour, glyph]) => {
    const swatch = make("i", { "aria-hidden": "true" }, glyph || "■");
    swatch.style.color = colour;
    return make("li", {}, swatch, text);
  }));
  const day = (text) => new Date(`${text}T00:00:00Z`);
  const after = (text) => new Date(day(text).getTime() + 86400000);
  // Figures over time: a bar from the first to the last day that each covers, as thick as its interval.
  const spans = (width, found, { series, colour, value, low, high, statistic, label }) => {
    const cells = found.map((row) => ({
      row, series: series(row), x1: day(row.period_start), x2: after(row.period_end), y: row[value] ?? (row[low] + row[high]) / 2,
      y1: row[low] ?? row[value], y2: row[high] ?? row[value],
      text: `${series(row)}\n${periodName(periodOf(row))}: ${said(row[value], row[low], row[high], statistic, row.unit).main}`,
    })).filter((cell) => cell.y !== null && !Number.isNaN(cell.y));
    if (!cells.length) return null;
    const names = [...new Set(cells.map((cell) => cell.series))];
    const domain = names.map((one) => colour(one, names));
    const short = (number) => statistic === "level" ? said(number, null, null, "level", "").main.trim() : said(number, null, null, statistic === "share" ? "share" : "growth", "").main;
    const svg = Plot.plot({
      ...style(width), height: Math.min(380, Math.max(260, width * 0.42)), marginLeft: statistic === "level" ? 76 : 52, marginRight: 16, marginBottom: 32, marginTop: 22,
      ariaLabel: label, x: { type: "utc", label: null, ticks: width < 500 ? 4 : 8, ...(state.language === "zh" ? { tickFormat: (date, place) => `${date.getUTCMonth() + 1}月${place === 0 || date.getUTCMonth() === 0 ? `\n${date.getUTCFullYear()}` : ""}` } : {}) }, y: { label: null, tickFormat: short, ticks: 6, grid: true, nice: true, zero: statistic !== "share" },
      color: { domain: names, range: domain },
      marks: [
        Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.6 }),
        Plot.rect(cells, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "series", fillOpacity: 0.3 }),
        Plot.link(cells, { x1: "x1", x2: "x2", y1: "y", y2: "y", stroke: "series", strokeWidth: 3, strokeLinecap: "butt" }),
        Plot.dot(cells, { x: "x2", y: "y", fill: "series", r: 4, symbol: "series" }),
        Plot.tip(cells, Plot.pointer({ x: "x2", y: "y", title: "text", fill: "var(--paper)" })),
      ],
      symbol: { domain: names, range: SYMBOLS },
    });
    return [legend(names.map((one, place) => [one, domain[place], GLYPHS[place]])), svg];
  };

  // ---- sections ----
  const headline = () => {
    put("headline-title", word("at")(name("region", state.region), periodName(state.period)));
    const here = (found) => found.filter((row) => periodOf(row) === state.period && row.measure === "value" && isWhole(row));
    const growth = here(ofRegion("growth"));
    const levels = here(ofRegion("levels"));
    const shares = here(ofRegion("shares")).filter((row) => row.reference.startsWith("region="));
    const balances = here(ofRegion("balance"));
    const cards = [];
    for (const flow of ["total", "export", "import"]) {
      const own = growth.filter((row) => row.flow === flow);
      const levelRows = levels.filter((row) => row.flow === flow);
      for (const unit of new Set([...levelRows, ...own].map((row) => row.unit))) {
        const level = levelRows.find((row) => row.unit === unit);
        const grown = own.filter((row) => row.unit === unit);
        const lines = [];
        for (const row of grown) {
          const isYear = row.comparison_start.slice(5) === row.period_start.slice(5);
          if (row.growth_pct !== null || row.growth_low_pct !== null) lines.push([isYear ? word("growth") : `${word("growth")} (${periodName(`${row.comparison_start}/${row.comparison_end}`)})`, shown(row, "growth_pct")]);
          if (row.base_low !== null) lines.push([isYear ? word("base") : periodName(`${row.comparison_start}/${row.comparison_end}`), shown(row, "base")]);
        }
        for (const row of shares.filter((one) => one.flow === flow && one.unit === unit)) {
          lines.push([`${word("share")} · ${name("region", row.reference.slice(7).split(";")[0])}`, shown(row, "share_pct")]);
        }
        const first = level || grown[0];
        cards.push(make("div", { class: "card" }, make("h3", {}, flowName(flow), levels.some((row) => row.unit !== unit && row.flow === flow) ? ` · ${unitName(unit)}` : ""),
          level ? make("div", { class: "large" }, shown(level, "value")) : null,
          lines.length ? make("dl", {}, lines.flatMap(([term, cell]) => [make("dt", {}, term), make("dd", {}, cell)])) : null,
          make("p", { class: "from" }, origin(first), ` · ${sourceTitle(first.source_id)}`)));
      }
    }
    for (const row of balances) {
      cards.push(make("div", { class: "card" }, make("h3", {}, flowName("balance"), new Set(balances.map((one) => one.unit)).size > 1 ? ` · ${unitName(row.unit)}` : ""), make("div", { class: "large" }, shown(row, "balance")),
        make("p", { class: "from" }, origin(row), ` · ${sourceTitle(row.source_id)}`)));
    }
    put("cards", cards.length ? cards : empty(word("empty_cards")));
    const notable = ofRegion("unprinted").filter((row) => periodOf(row) === state.period).slice(0, 3);
    put("notable", notable.length ? [make("h3", {}, word("notable")), findings(notable)] : []);
  };

  const findings = (found) => make("ul", { class: "findings" }, found.map((row) => make("li", {},
    make("p", { lang: state.language === "zh" ? "zh-Hans" : "en" }, state.language === "zh" ? row.sentence_zh : row.sentence_en),
    make("p", { class: "about" }, name("finding", row.finding), " · ", range(row, "low", "high", row.statistic, row.unit),
      ` · ${sourceTitle(row.source_id)}`))));

  const time = () => {
    const isLevel = choice.time === "level";
    put("time-controls", select(word("measured"), [["growth", word("growth")], ["level", word("level")]], choice.time, (value) => { choice.time = value; time(); }));
    const source = ofRegion(isLevel ? "levels" : "growth").filter((row) => row.measure === "value" && isWhole(row) && row.flow in FLOW_COLOURS && row.unit === mainUnit());
    const columns = isLevel ? ["value", "low", "high", "level"] : ["growth_pct", "growth_low_pct", "growth_high_pct", "growth"];
    const [value, low, high, statistic] = columns;
    const found = source.filter((row) => row[value] !== null || row[low] !== null).sort((a, b) => (a.period_end < b.period_end ? -1 : 1));
    if (!found.length) {
      noChart("time-plot");
      return put("time-table", empty(word("empty_series"), "growth"));
    }
    const colours = Object.fromEntries(Object.entries(FLOW_COLOURS).map(([flow, colour]) => [flowName(flow), colour]));
    chart("time-plot", (width) => spans(width, found, { series: (row) => flowName(row.flow), colour: (one) => colours[one], value, low, high, statistic, label: `${word(isLevel ? "level" : "growth")}: ${name("region", state.region)}` }));
    const newest = found.slice().reverse();
    return put("time-table", folded(newest, [
      [word("period"), (row) => periodName(periodOf(row))], [word("series"), (row) => flowName(row.flow)],
      ...(isLevel ? [[word("level"), (row) => shown(row, "value"), true]] : [[word("growth"), (row) => shown(row, "growth_pct"), true], [word("level"), (row) => shown(row, "level"), true], [word("base"), (row) => shown(row, "base"), true]]),
      [word("known"), origin], [word("source"), (row) => sourceTitle(row.source_id)],
    ]));
  };

  // Of a share: the dimensions in which its whole is wider, and the flow of the whole.
  const wholeOf = (row) => Object.fromEntries(row.reference.split(";").map((pair) => pair.split("=")));
  const dimensionOf = (row) => Object.keys(wholeOf(row)).find((one) => one !== "flow") || "flow";
  const shares = () => {
    const found = ofRegion("shares").filter((row) => row.measure === "value" && row.unit === mainUnit() && (row.share_pct !== null || row.share_low_pct !== null));
    const kinds = [...DIMENSIONS, "region", "flow"].filter((one) => found.some((row) => dimensionOf(row) === one));
    if (!found.length) {
      put("shares-controls");
      noChart("shares-plot");
      return put("shares-table", empty(word("empty"), "shares"));
    }
    const kind = kinds.includes(choice.shares) ? choice.shares : kinds[0];
    put("shares-controls", select(word("dimension"), kinds.map((one) => [one, word(one) || one]), kind, (value) => { choice.shares = value; shares(); }));
    const own = found.filter((row) => dimensionOf(row) === kind);
    const isOneFlow = new Set(own.map((row) => row.flow)).size === 1;
    const label = (row) => (isOneFlow && kind !== "flow" && seriesParts(row).length > 1 ? seriesParts(row).slice(1).join(" · ") : seriesName(row));
    const drawable = (row) => row.share_low_pct !== null && row.share_high_pct !== null && row.share_high_pct - row.share_low_pct <= WIDEST_SHARE;
    const counts = new Map();
    for (const row of own.filter(drawable)) {
      const before = counts.get(label(row)) || [0, 0];
      counts.set(label(row), [before[0] + 1, Math.max(before[1], row.share_high_pct ?? row.share_pct)]);
    }
    const drawnParts = [...counts].sort((a, b) => b[1][0] - a[1][0] || b[1][1] - a[1][1]).slice(0, 6).map(([one]) => one);
    const chosen = own.filter(drawable).filter((row) => drawnParts.includes(label(row))).sort((a, b) => drawnParts.indexOf(label(a)) - drawnParts.indexOf(label(b)));
    chart("shares-plot", (width) => spans(width, chosen, { series: label, colour: (one, all) => COLOURS[all.indexOf(one) % COLOURS.length], value: "share_pct", low: "share_low_pct", high: "share_high_pct", statistic: "share", label: `${word("share")}: ${name("region", state.region)}` }));
    const left = own.length - chosen.length;
    return put("shares-table", left ? make("p", { class: "more" }, word("only_table")(left)) : null, folded(own, [
      [word("part"), (row) => seriesName(row)], [word("period"), (row) => periodName(periodOf(row))],
      [word("whole"), (row) => wholeName(row)], [word("share"), (row) => shown(row, "share_pct"), true],
      [word("share_change"), (row) => shown(row, "share_change_pp"), true], [word("known"), origin],
      [word("source"), (row) => sourceTitle(row.source_id)],
    ]));
  };
  const wholeName = (row) => {
    const whole = wholeOf(row);
    const wider = { ...row };
    for (const [dimension, code] of Object.entries(whole)) {
      if (dimension === "flow" || dimension === "measure") wider[dimension] = code;
      else wider[`${dimension}_id`] = code;
    }
    return [whole.region ? name("region", whole.region) : "", ...seriesParts(wider)].filter(Boolean).join(" · ");
  };

  const league = () => {
    const found = rows.ranking.filter((row) => row.rank !== null || row.stated_rank !== null);
    const keyOf = (row) => JSON.stringify([row.peers, row.ranked_by, periodOf(row), row.flow, row.commodity_id === "TOTAL" ? "" : row.commodity_id, row.measure, row.unit]);
    const dimensionFor = (row) => (row.peers.startsWith("partner") ? "partner" : row.peers.startsWith("ownership") ? "ownership" : row.peers.startsWith("trade mode") ? "trade_mode" : row.peers.startsWith("commodity") ? "commodity" : "region");
    const groups = new Map();
    for (const row of found) {
      const dimension = dimensionFor(row);
      const key = dimension === "region" ? keyOf(row) : JSON.stringify([keyOf(row), row.region_id]);
      if (!groups.has(key)) groups.set(key, { rows: [], dimension });
      groups.get(key).rows.push(row);
    }
    const own = [...groups].filter(([, group]) => group.rows.length > 1 && (group.dimension === "region" ? true : group.rows[0].region_id === state.region));
    if (!own.length) {
      put("league-controls");
      noChart("league-plot");
      return put("league-table", empty(word("empty"), "ranking"));
    }
    own.sort((a, b) => (b[1].dimension === "region") - (a[1].dimension === "region") || b[1].rows.length - a[1].rows.length || (periodOf(a[1].rows[0]) < periodOf(b[1].rows[0]) ? 1 : -1));
    const key = own.some(([one]) => one === choice.peers) ? choice.peers : own[0][0];
    const group = groups.get(key);
    const peersName = (row, dimension) => {
      const [kind, place] = row.peers.split(" in ");
      const kinds = { prefecture: ["Prefectures", "地州市"], province: ["Provinces", "省份"], "partner country": ["Partner countries", "贸易伙伴国"], "partner group": ["Partner groups", "贸易伙伴组别"], ownership: ["Enterprises", "企业类型"] };
      const said = kinds[kind] ? kinds[kind][state.language === "zh" ? 1 : 0] : word(dimension);
      const where = place ? name("region", place) : dimension === "region" ? "" : name("region", row.region_id);
      return state.language === "zh" ? `${where}${said}` : `${said}${where ? `, ${where}` : ""}`;
    };
    const title = (row, dimension, count) => [peersName(row, dimension), word(row.ranked_by === "level" ? "level" : "growth"), seriesName(row, [dimension]), periodName(periodOf(row)), `(${count})`].filter(Boolean).join(" · ").replace(" · (", " (");
    put("league-controls", select(word("peers"), own.map(([one, { rows: [first], rows: all, dimension }]) => [one, title(first, dimension, all.length)]), key, (value) => { choice.peers = value; league(); }));
    const members = group.rows.slice().sort((a, b) => (a.rank ?? a.stated_rank) - (b.rank ?? b.stated_rank) || (b.ranked_value ?? 0) - (a.ranked_value ?? 0));
    const label = (row) => name(group.dimension, row[`${group.dimension}_id`]);
    const bars = members.filter((row) => row.ranked_value !== null).slice(0, 25);
    if (bars.length) {
      chart("league-plot", (width) => {
        const narrow = width < 520;
        const short = (text) => (narrow && text.length > 20 ? `${text.slice(0, 19)}…` : text);
        const cells = bars.map((row) => ({ name: short(label(row)), value: row.ranked_value, low: row.ranked_low, high: row.ranked_high, text: said(row.ranked_value, row.ranked_low, row.ranked_high, row.ranked_by, row.unit).main }));
        const longest = Math.max(...cells.map((cell) => [...cell.name].reduce((sum, one) => sum + (one > "\u2e80" ? 12.5 : 6.6), 0)));
        return Plot.plot({
          ...style(width), height: cells.length * 26 + 20, marginLeft: Math.min(longest + 14, width * 0.5), marginRight: 76, marginTop: 4, marginBottom: 14,
          ariaLabel: title(bars[0], group.dimension, bars.length), x: { axis: null }, y: { label: null, domain: cells.map((cell) => cell.name), tickSize: 0, padding: 0.3 },
          marks: [
            Plot.barX(cells, { x: "value", y: "name", fill: "var(--series-2)" }),
            Plot.ruleY(cells, { x1: "low", x2: "high", y: "name", stroke: "currentColor", strokeWidth: 2 }),
            Plot.text(cells, { x: (cell) => Math.max(cell.value, 0), y: "name", text: "text", dx: 6, textAnchor: "start", fill: "currentColor" }),
            Plot.ruleX([0], { stroke: "currentColor" }),
          ],
        });
      });
    } else noChart("league-plot");
    const rankText = (row) => (row.rank === null ? (row.rank_low === null ? "" : `${row.rank_low}–${row.rank_high}`) : row.rank_low === row.rank_high ? `${row.rank}` : `${row.rank} (${row.rank_low}–${row.rank_high})`);
    return put("league-table", folded(members, [
      [word("name"), label],
      [word("rank"), (row) => (rankText(row) ? make("span", { "data-table": "ranking", "data-row": row._place, "data-column": "rank", class: "plain" }, rankText(row)) : null), true],
      [word("stated_rank"), (row) => shown(row, "stated_rank"), true],
      [word(members[0].ranked_by === "level" ? "level" : "growth"), (row) => shown(row, "ranked_value"), true],
      [word("source"), (row) => sourceTitle(row.source_id)],
    ], !bars.length));
  };

  // Partners or commodities of the region and period, each below the smallest other one shown that holds it.
  const tree = (dimension, id) => {
    const others = DIMENSIONS.filter((one) => one !== dimension);
    const fits = (row) => periodOf(row) === state.period && row.measure === "value" && others.every((one) => row[`${one}_id`] === WHOLE[one]) && row[`${dimension}_id`] !== WHOLE[dimension] && row[`${dimension}_id`] !== "UNMAPPED";
    const nodes = new Map();
    const add = (row, kind) => {
      const key = JSON.stringify([row[`${dimension}_id`], row.flow, row.unit]);
      if (!nodes.has(key)) nodes.set(key, { code: row[`${dimension}_id`], flow: row.flow, unit: row.unit });
      nodes.get(key)[kind] = nodes.get(key)[kind] || row;
    };
    ofRegion("levels").filter(fits).forEach((row) => add(row, "level"));
    ofRegion("growth").filter(fits).forEach((row) => add(row, "growth"));
    ofRegion("shares").filter((row) => fits(row) && dimensionOf(row) === dimension).forEach((row) => add(row, "share"));
    if (!nodes.size) return put(id, empty(word("empty")));
    const size = (node) => node.level?.high ?? node.growth?.level_high ?? (node.share?.share_high_pct ?? -1) / 100;
    const flowOrder = ["total", "export", "import", "balance", ""];
    const byFlow = new Map();
    for (const node of nodes.values()) {
      const key = `${node.flow}|${node.unit}`;
      byFlow.set(key, [...(byFlow.get(key) || []), node]);
    }
    const lines = [];
    for (const [, group] of [...byFlow].sort((a, b) => flowOrder.indexOf(a[0].split("|")[0]) - flowOrder.indexOf(b[0].split("|")[0]))) {
      const present = new Map(group.map((node) => [node.code, node]));
      const above = new Map();
      for (const [part, whole, members] of data.inside[dimension]) {
        if (present.has(part) && present.has(whole) && (!above.has(part) || members < above.get(part)[1])) above.set(part, [whole, members]);
      }
      const below = (whole) => group.filter((node) => (above.get(node.code)?.[0] ?? null) === whole).sort((a, b) => size(b) - size(a) || (a.code < b.code ? -1 : 1));
      const told = new Set();
      const tell = (node, depth, parent) => {
        if (told.has(node.code)) return;
        told.add(node.code);
        lines.push({ ...node, depth, parent });
        below(node.code).forEach((child) => tell(child, depth + 1, node.code));
      };
      below(null).forEach((node) => tell(node, 0, null));
      group.forEach((node) => tell(node, 0, null));
    }
    const units = new Set(lines.map((line) => line.unit));
    const flows = new Set(lines.map((line) => line.flow));
    return put(id, table(lines, [
      [word(`one_${dimension}`), (line) => {
        const label = make("span", {}, `${line.depth ? "└ " : ""}${name(dimension, line.code)}`, line.parent ? make("span", { class: "aside" }, `, ${word("within")} ${name(dimension, line.parent)}`) : null);
        label.style.paddingLeft = `${line.depth * 1.1}em`;
        label.style.display = "inline-block";
        return label;
      }],
      [word("flow"), (line) => (flows.size > 1 || !flows.has("total") ? flowName(line.flow) : null)],
      [word("level"), (line) => (line.level ? shown(line.level, "value") : null), true],
      [word("share"), (line) => {
        if (!line.share) return null;
        const fill = make("i");
        fill.style.width = `${Math.min(100, line.share.share_pct ?? line.share.share_low_pct)}%`;
        return make("div", { class: "share" }, make("span", {}, shown(line.share, "share_pct")), make("span", { class: "meter", "aria-hidden": "true" }, fill));
      }, true],
      [word("share_change"), (line) => (line.share ? shown(line.share, "share_change_pp") : null), true],
      [word("growth"), (line) => (line.growth ? shown(line.growth, "growth_pct") : null), true],
      [word("contribution"), (line) => (line.growth ? shown(line.growth, "contribution_pp") : null), true],
      [word("unit"), (line) => (units.size > 1 ? unitName(line.unit) : null)],
    ]));
  };

  const prices = () => {
    const found = ofRegion("price_volume");
    if (!found.length) {
      noChart("prices-plot");
      return put("prices-table", empty(word("empty"), "price_volume"));
    }
    const label = (row) => `${name("commodity", row.commodity_id)}${row.partner_id === "WORLD" ? "" : ` · ${name("partner", row.partner_id)}`}`;
    const bars = found.filter((row) => row.quantity_contribution_pp !== null && row.price_contribution_pp !== null).slice(0, 12);
    if (bars.length) {
      chart("prices-plot", (width) => {
        const one = (row) => ({ row, name: `${label(row)}, ${flowName(row.flow).toLowerCase()}` + (new Set(found.map(periodOf)).size > 1 ? `, ${periodName(periodOf(row))}` : "") });
        const cells = bars.flatMap((row) => ["quantity", "price"].map((kind) => ({ ...one(row), kind: word(`from_${kind}`), value: row[`${kind}_contribution_pp`] })));
        const totals = bars.map((row) => ({ ...one(row), value: row.value_growth_pct, end: Math.max(0, row.value_growth_pct, row.quantity_contribution_pp, row.price_contribution_pp), text: said(row.value_growth_pct, row.value_growth_low_pct, row.value_growth_high_pct, "growth").main }));
        const svg = Plot.plot({
          ...style(width), height: totals.length * 48 + 40, marginLeft: 20, marginRight: 64, marginBottom: 30, marginTop: 6,
          ariaLabel: `${word("from_quantity")}, ${word("from_price")}`, x: { label: null, grid: true, ticks: width < 500 ? 3 : 6, tickFormat: (value) => said(value, null, null, "growth").main },
          y: { axis: null, domain: totals.map((total) => total.name), padding: 0.6 }, color: { domain: [word("from_quantity"), word("from_price")], range: ["var(--series-2)", "var(--series-3)"] },
          marks: [
            Plot.barX(cells, { x: "value", y: "name", fill: "kind", insetLeft: 0.5, insetRight: 0.5 }),
            Plot.ruleX([0], { stroke: "currentColor" }),
            Plot.tickX(totals, { x: "value", y: "name", stroke: "currentColor", strokeWidth: 2.5, insetTop: -4, insetBottom: -4 }),
            Plot.text(totals, { x: "end", y: "name", text: "text", dx: 8, textAnchor: "start", fill: "currentColor", fontWeight: 600 }),
            Plot.text(totals, { frameAnchor: "left", y: "name", text: "name", dy: -19, fill: "currentColor" }),
          ],
        });
        return [legend([[word("from_quantity"), "var(--series-2)"], [word("from_price"), "var(--series-3)"]]), svg];
      });
    } else noChart("prices-plot");
    return put("prices-table", folded(found, [
      [word("one_commodity"), label], [word("flow"), (row) => flowName(row.flow)], [word("period"), (row) => periodName(periodOf(row))],
      ...["value", "quantity", "unit_value"].map((one) => [word(one === "unit_value" ? "price" : one), (row) => shown(row, `${one}_growth_pct`), true]),
      ...["quantity", "price"].map((one) => [word(`from_${one}`), (row) => shown(row, `${one}_contribution_pp`), true]),
      [word("known"), origin], [word("source"), (row) => sourceTitle(row.source_id)],
    ], !bars.length));
  };

  const revisions = () => {
    const found = ofRegion("revisions");
    if (!found.length) {
      noChart("revisions-plot");
      return put("revisions-table", empty(word("empty"), "revisions"));
    }
    const bars = found.filter((row) => row.change_low_pct !== null && row.change_high_pct !== null).slice(0, 15);
    chart("revisions-plot", (width) => {
      if (!bars.length) return null;
      const cells = bars.map((row) => ({ low: row.change_low_pct, high: row.change_high_pct, name: `${seriesName(row)}, ${periodName(periodOf(row))}`, kind: word(row.is_explained_by_rounding ? "rounding" : "restated") }));
      const kinds = [word("restated"), word("rounding")];
      const colours = ["var(--series-3)", "var(--series-1)"];
      const svg = Plot.plot({
        ...style(width), height: cells.length * 40 + 36, marginLeft: 20, marginRight: 20, marginBottom: 30, marginTop: 6, ariaLabel: word("change"),
        x: { label: null, grid: true, ticks: width < 500 ? 3 : 6, zero: true, nice: true, tickFormat: (value) => said(value, null, null, "growth").main }, y: { axis: null, domain: cells.map((cell) => cell.name), padding: 0.6 }, color: { domain: kinds, range: colours },
        marks: [
          Plot.ruleX([0], { stroke: "currentColor" }),
          Plot.barX(cells, { x1: "low", x2: "high", y: "name", fill: "kind" }),
          Plot.text(cells, { frameAnchor: "left", y: "name", text: "name", dy: -16, fill: "currentColor" }),
        ],
      });
      return [legend(kinds.map((kind, place) => [kind, colours[place]])), svg];
    });
    return put("revisions-table", table(found, [
      [word("series"), (row) => seriesName(row)], [word("period"), (row) => periodName(periodOf(row))],
      [word("first"), (row) => [range(row, "first_low", "first_high", "level"), make("span", { class: "within" }, sourceTitle(row.first_source_id))]],
      [word("latest"), (row) => [range(row, "latest_low", "latest_high", "level"), make("span", { class: "within" }, sourceTitle(row.latest_source_id))]],
      [word("change"), (row) => [range(row, "change_low_pct", "change_high_pct", "growth"), make("span", { class: "within" }, word(row.is_explained_by_rounding ? "rounding" : "restated"))]],
    ]));
  };

  const checks = () => {
    const found = ofRegion("checks");
    const counts = data.counts.checks;
    if (!found.length) {
      const isClean = !(counts.inconsistent > 0);
      return put("checks-table", isClean ? make("div", { class: "empty" }, `${word("empty_checks")(counts.consistent || 0)} ${word("undetermined")(counts.undetermined || 0)}`) : empty(word("empty"), "checks"));
    }
    return put("checks-table", table(found, [
      [word("series"), (row) => [seriesName(row), make("span", { class: "within" }, `${STATISTICS[state.language][row.statistic] || row.statistic} · ${periodName(periodOf(row))}${row.is_culprit ? ` · ${word("culprit")}` : ""}`)]],
      [word("says"), (row) => range(row, "stated_low", "stated_high", row.statistic), true],
      [word("found"), (row) => range(row, "recomputed_low", "recomputed_high", row.statistic), true],
      [word("apart"), (row) => number(row, "distance_in_last_digits", { unit: "", evidence: "recomputed_low" }), true],
      [word("document"), (row) => sourceTitle(row.source_id)],
    ]));
  };

  const unprinted = () => {
    const own = ofRegion("unprinted");
    if (!own.length) {
      put("unprinted-controls");
      return put("unprinted-list", empty(word("empty"), "unprinted"));
    }
    const kinds = [...new Set(own.map((row) => row.finding))];
    const kind = kinds.includes(choice.finding) ? choice.finding : "";
    put("unprinted-controls", select(word("finding"), [["", `${word("all")} (${own.length})`], ...kinds.map((one) => [one, `${name("finding", one)} (${own.filter((row) => row.finding === one).length})`])], kind, (value) => { choice.finding = value; unprinted(); }));
    const found = own.filter((row) => !kind || row.finding === kind);
    const first = findings(found.slice(0, FIRST_ROWS));
    const more = found.length > FIRST_ROWS ? make("button", { type: "button", class: "more" }, word("show_all")(found.length)) : null;
    if (more) {
      more.showAll = () => { first.append(...findings(found.slice(FIRST_ROWS)).children); more.remove(); };
      more.addEventListener("click", more.showAll);
    }
    return put("unprinted-list", first, more);
  };

  const safeAddress = (url) => (url && /^https?:\/\//i.test(url) ? url : null);
  const sourceLink = (source, text) => {
    const address = safeAddress(source.url);
    const language = source.language === "zh" ? "zh-Hans" : source.language;
    return address ? make("a", { href: address, rel: "noreferrer noopener", lang: language }, text) : make("span", { lang: language }, text);
  };
  const sourcesTable = () => put("sources-table", table(data.sources, [
    [word("document"), (source) => [sourceLink(source, source.title), make("span", { class: "within code" }, source.raw_path)]],
    [word("publisher"), (source) => source.publisher], [word("date"), (source) => source.published_date],
    [word("figures"), (source) => `${source.figure_count}`, true],
    [word("covers"), (source) => (source.first_period_start ? `${source.first_period_start.slice(0, 7)} – ${source.last_period_end.slice(0, 7)}` : "")],
  ]));

  // ---- evidence: what a number rests on ----
  const resolved = (id) => {
    const step = steps.get(id);
    if (step && step.rule === "stated" && step.inputs.length === 1) return step.inputs[0];
    return id;
  };
  const leaves = (ids, told = new Set()) => ids.flatMap((id) => {
    if (told.has(id)) return [];
    told.add(id);
    if (figures.has(id)) return [id];
    return steps.has(id) ? leaves(steps.get(id).inputs, told) : [];
  });
  const what = (one) => [STATISTICS[state.language][one.statistic] || one.statistic || "", subjectName(one)].filter(Boolean).join(" · ");
  const amount = (one) => {
    const text = said(one.value ?? null, one.low, one.high, one.statistic, one.series_unit);
    return [text.main, text.interval];
  };
  const caption = (sourceId) => {
    const source = sources.get(sourceId);
    if (!source) return sourceId;
    return [sourceLink(source, source.title), [source.publisher, source.published_date].filter(Boolean).map((one) => ` · ${one}`)].flat();
  };
  // A paragraph with all the words in it marked that the number rests on.
  const passage = (place, ids) => {
    const text = data.evidence.passages[place];
    const marks = ids.map((id) => figures.get(id)).map((one) => [one.mark_start, one.mark_end]).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    const content = [];
    let position = 0;
    for (const [start, end] of marks) {
      if (start < position) continue;
      content.push(text.slice(position, start), make("mark", {}, text.slice(start, end)));
      position = end;
    }
    content.push(text.slice(position));
    const source = sources.get(figures.get(ids[0]).source_id);
    const language = source && source.language === "zh" ? "zh-Hans" : source && source.language;
    return make("figure", { class: "words" }, make("blockquote", { lang: language }, content), make("figcaption", {}, caption(figures.get(ids[0]).source_id)));
  };
  const sheetRow = (id) => {
    const figure = figures.get(id);
    const source = sources.get(figure.source_id);
    const names = ["region", "partner", "commodity", "ownership", "trade_mode"].map((one) => figure[`${one}_text`]).filter(Boolean).join(" · ");
    const lines = [
      [word("row"), what(figure)], [word("printed"), amount(figure)[0]], [word("name"), names],
      [word("period"), periodName(periodOf(figure))], [word("place"), figure.char_start === null ? figure.quote : figure.quote || ""],
      [word("file"), source ? source.raw_path : ""],
    ].filter(([, text]) => text);
    const isSheet = source && source.source_kind === "sheets";
    return make("figure", { class: "words" },
      make("dl", {}, lines.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, term === word("printed") ? make("mark", {}, text) : text)])),
      make("figcaption", {}, isSheet ? null : `${word("no_quote")} `, caption(figure.source_id)));
  };
  // Where a figure stands: its document, and of a sheet its file and the place that the sheet names.
  const placeOf = (figure) => {
    const source = sources.get(figure.source_id);
    const isSheet = source && source.source_kind === "sheets";
    return [sourceTitle(figure.source_id), ...(isSheet ? [source.raw_path, figure.quote] : [])].filter(Boolean).join(" · ");
  };
  const branch = (id, told) => {
    const own = resolved(id);
    const one = figures.get(own) || steps.get(own);
    if (!one) return null;
    const [main, interval] = amount(one);
    const label = [`${what(one)}, ${periodName(periodOf(one))}: `, make("strong", { "data-evidence": own }, main), interval ? ` (${interval})` : ""];
    if (told.has(own)) return make("li", {}, label, make("span", { class: "how" }, word("above")));
    told.add(own);
    if (figures.has(own)) return make("li", {}, label, make("span", { class: "how" }, `${SIGNS.stated} ${placeOf(one)}`));
    const inputs = [...new Set(one.inputs.map(resolved))].map((input) => branch(input, told)).filter(Boolean);
    return make("li", {}, label, make("span", { class: "how" }, `← ${RULES[state.language][one.rule] || one.rule}`), inputs.length ? make("ul", {}, inputs) : null);
  };
  const dialog = document.getElementById("evidence");
  let opener = null;
  const openEvidence = (ids, of) => {
    const [tableName, place, column] = (of || "").split(".");
    const row = Object.hasOwn(rows, tableName) ? rows[tableName][Number(place)] : null;
    const roots = ids.map(resolved);
    const body = [];
    const first = figures.get(roots[0]) || steps.get(roots[0]);
    if (row) {
      const shownNumber = document.querySelector(`main [data-table="${CSS.escape(tableName)}"][data-row="${CSS.escape(place)}"][data-column="${CSS.escape(column)}"]`)
        || document.querySelector(`main a[data-table="${CSS.escape(tableName)}"][data-row="${CSS.escape(place)}"][data-low="${CSS.escape(column)}"]`);
      const interval = shownNumber?.nextElementSibling?.classList.contains("interval") ? shownNumber.nextElementSibling.textContent : "";
      if (shownNumber) body.push(make("p", { class: "amount" }, shownNumber.textContent, interval ? make("span", { class: "interval" }, interval) : null));
      body.push(make("p", { class: "lead" }, row._table === "unprinted" ? (state.language === "zh" ? row.sentence_zh : row.sentence_en) : `${subjectName(row)}, ${periodName(periodOf(row))}`));
    }
    put("evidence-title", row ? (columnName(column, row) || word("found")) : first ? what(first) : word("source"));
    const stated = leaves(roots);
    const passages = new Map();
    const sheets = [];
    for (const id of stated) {
      const all = [id, ...(figures.get(id).also || [])].filter((one) => figures.has(one));
      const quoted = all.filter((one) => figures.get(one).passage !== null && figures.get(one).passage !== undefined);
      quoted.forEach((one) => {
        const where = figures.get(one).passage;
        passages.set(where, [...(passages.get(where) || []), one]);
      });
      if (!quoted.length) sheets.push(id);
    }
    if (stated.length) body.push(make("h3", {}, word("words")));
    const quotes = [...[...passages].map(([where, found]) => passage(where, found)), ...sheets.map(sheetRow)];
    body.push(...quotes.slice(0, 6));
    if (quotes.length > 6) body.push(make("details", {}, make("summary", {}, word("more")(quotes.length - 6)), quotes.slice(6)));
    for (const id of ids.filter((one) => one.startsWith("source:"))) body.push(make("figure", { class: "words" }, make("figcaption", {}, caption(id.slice(7)), " ", word("no_quote"))));
    const told = new Set();
    if (roots.some((id) => steps.has(id)) || roots.length > 1) {
      body.push(make("h3", {}, word("follows")), make("ul", { class: "tree" }, roots.map((id) => branch(id, told)).filter(Boolean)));
    } else if (first) {
      body.push(make("ul", { class: "tree" }, branch(roots[0], told)));
    }
    put("evidence-body", body);
    document.getElementById("evidence-close").textContent = word("close");
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  };
  const columnName = (column, row) => ({
    value: word("level"), level: word("level"), base: word("base"), growth_pct: word("growth"), contribution_pp: word("contribution"), share_pct: word("share"),
    share_change_pp: word("share_change"), balance: FLOW_NAMES[state.language].balance, ranked_value: word(row.ranked_by === "level" ? "level" : "growth"), stated_rank: word("stated_rank"),
    value_growth_pct: `${word("growth")}: ${word("value")}`, quantity_growth_pct: `${word("growth")}: ${word("quantity")}`, unit_value_growth_pct: `${word("growth")}: ${word("price")}`,
    quantity_contribution_pp: word("from_quantity"), price_contribution_pp: word("from_price"), first_low: word("first"), latest_low: word("latest"), change_low_pct: word("change"),
    stated_low: word("says"), recomputed_low: word("found"), distance_in_last_digits: word("apart"), low: row.finding ? name("finding", row.finding) : "",
  })[column];

  // ---- what is chosen ----
  const regions = [...new Set([...rows.growth, ...rows.levels].map((row) => row.region_id))];
  const countOf = (region) => rows.growth.filter((row) => row.region_id === region).length + rows.levels.filter((row) => row.region_id === region).length;
  regions.sort((a, b) => countOf(b) - countOf(a) || (a < b ? -1 : 1));
  const mainUnit = () => {
    const counts = new Map();
    for (const row of [...ofRegion("growth"), ...ofRegion("levels")]) if (row.measure === "value") counts.set(row.unit, (counts.get(row.unit) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] || "CNY";
  };
  const periodsOf = (region) => {
    const counts = new Map();
    for (const row of [...ofRegion("growth", region), ...ofRegion("levels", region)]) counts.set(periodOf(row), (counts.get(periodOf(row)) || 0) + 1);
    return [...counts].sort(([a], [b]) => (a.slice(11) < b.slice(11) || (a.slice(11) === b.slice(11) && a > b) ? 1 : -1));
  };
  // The newest period of which a good part is known: a third of what is known of the best one.
  const usualPeriod = (region) => {
    const found = periodsOf(region);
    const most = Math.max(...found.map(([, count]) => count));
    return (found.find(([, count]) => count * 3 >= most) || [""])[0];
  };

  const SECTIONS = {
    headline, time, shares, league, partners: () => tree("partner", "partners-tree"), commodities: () => tree("commodity", "commodities-tree"), prices, revisions, checks, unprinted, sources: sourcesTable,
  };
  const render = () => {
    document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
    document.title = word("title");
    for (const language of ["en", "zh"]) document.getElementById(`language-${language}`).setAttribute("aria-pressed", `${state.language === language}`);
    put("region", regions.map((code) => make("option", { value: code, selected: code === state.region }, `${name("region", code)} (${countOf(code)})`)));
    put("period", periodsOf(state.region).map(([code, count]) => make("option", { value: code, selected: code === state.period }, `${periodName(code)} (${count})`)));
    for (const draw of Object.values(SECTIONS)) draw();
    const all = Object.values(data.tables);
    const [shownRows, total] = [all.reduce((sum, one) => sum + one.rows.length, 0), all.reduce((sum, one) => sum + one.total, 0)];
    put("left-out", shownRows === total ? word("shown_all")(grouped(total, 0)) : word("left_out")(grouped(shownRows, 0), grouped(total, 0)));
  };
  const address = () => {
    const chosen = new URLSearchParams({ lang: state.language, region: state.region, period: state.period });
    return `#${chosen}`;
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.get("lang") in WORDS) state.language = asked.get("lang");
    if (regions.includes(asked.get("region"))) state.region = asked.get("region");
    if (periodsOf(state.region).some(([code]) => code === asked.get("period"))) state.period = asked.get("period");
    return asked;
  };
  const go = (change) => {
    Object.assign(state, change);
    if (!periodsOf(state.region).some(([code]) => code === state.period)) state.period = usualPeriod(state.region);
    history.replaceState(null, "", address());
    render();
  };

  if (regions.length) {
    state.language = (navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
    state.region = regions[0];
    state.period = usualPeriod(state.region);
    const asked = read();
    if (!periodsOf(state.region).some(([code]) => code === state.period)) state.period = usualPeriod(state.region);
    render();
    if (asked.get("figure")) openEvidence(asked.get("figure").split(","), asked.get("of"));
  } else {
    put("headline", make("p", { class: "empty" }, word("empty")));
    sourcesTable();
  }

  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("region").addEventListener("change", (event) => go({ region: event.target.value }));
  document.getElementById("period").addEventListener("change", (event) => go({ period: event.target.value }));
  for (const language of ["en", "zh"]) document.getElementById(`language-${language}`).addEventListener("click", () => go({ language }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.number");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    const asked = new URLSearchParams(link.getAttribute("href").slice(1));
    openEvidence(asked.get("figure").split(","), asked.get("of"));
  });
  document.getElementById("evidence-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { opener?.focus(); opener = null; });
  window.addEventListener("hashchange", () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("figure")) openEvidence(asked.get("figure").split(","), asked.get("of"));
    else if (asked.has("region")) { read(); render(); }
  });
  let width = document.documentElement.clientWidth;
  window.addEventListener("resize", () => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    for (const [id, draw] of drawn) chart(id, draw);
  });
  // On paper nothing can be opened: all tables are.
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("main details")) one.open = true;
    for (const one of document.querySelectorAll("button.more")) one.showAll?.();
    for (const [id, draw] of drawn) chart(id, draw);
  });
})();
