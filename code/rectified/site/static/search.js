// Ranks what the book says against what is typed. The index (site/search.py) is a file of its own,
// and read in pieces, so that neither the page nor who types waits for it.
(() => {
  const KINDS = {
    page: { name: "Page", factor: 1.5 },
    section: { name: "Section", factor: 1.2 },
    term: { name: "Term", factor: 1.5 },
    claim: { name: "Claim", factor: 1 },
    figure: { name: "Figure", factor: 0.8 },
    lab: { name: "Lab", factor: 1.2 },
    exercise: { name: "Exercise", factor: 0.9 },
    sources: { name: "Section", factor: 0.4 },
  };
  const SHOWN = 4; // results of a page before a fold
  const LEAST = 0.15; // of the best result's value: what is worth less is not shown
  const EXCERPT = 190; // characters
  const PIECE = 5; // ms for which the index is read in one go
  const HINT =
    "Terms, claims, figures, labs, exercises. Up and down arrows move through what is found.";
  const IDLE = new Set(
    "a an and are as at be by can do does for from how i in is it of on or should that the to what when where which why with".split(
      " ",
    ),
  );
  // What others say for a word of this book; CONTRIBUTING.md keeps the list of its words.
  const SAME = {
    cost: "loss",
    glorot: "xavier",
    kaiming: "he",
    logit: "score",
    logits: "scores",
    lr: "learning rate",
    neuron: "unit",
    neurons: "units",
    nonlinearity: "activation",
    silu: "swish",
  };
  const WORD = /([\p{L}\p{N}]+)/u;

  // A word without its ending, in American spelling: units and unit, initialise and initialization.
  const stem = (word) =>
    word
      .replace(/is(?=(?:e|ed|es|ing|ation|ations)$)/, "iz")
      .replace(/(?<=.{4})(?:at(?:ions?|ing|ed|es?)|ions?|ers?|ics?|ing|ed|es|(?<!s)s|e|ly|y)$/, "");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (text) =>
    plain(text)
      .split(WORD)
      .filter((_, place) => place % 2);

  // ---- the index: for each entry how often it has each stem, and for each stem how many entries have it
  const entries = [];
  const spread = new Map();
  const spelled = new Map();
  function entry(url, page, [kind, anchor, title, text, note, also]) {
    const counts = new Map();
    const count = (source, weight) => {
      for (const word of words(source)) {
        const key = stem(word);
        counts.set(key, (counts.get(key) ?? 0) + weight);
        if (!spelled.has(key)) spelled.set(key, word);
      }
    };
    count(title, 5);
    count(text, kind === "term" ? 0.3 : 1); // a term is what it is called
    count(also, 1);
    if (kind !== "page") count(page, 0.5);
    for (const key of counts.keys()) spread.set(key, (spread.get(key) ?? 0) + 1);
    const length = 1 + text.length / 1500;
    return {
      url: anchor ? `${url}#${anchor}` : url,
      page,
      kind,
      title,
      text,
      note,
      counts,
      length,
    };
  }

  // ---- ranking
  function asked(query) {
    const all = words(query);
    const kept = all.filter((word) => !IDLE.has(word));
    return (kept.length ? kept : all).flatMap((word) => (SAME[word] ?? word).split(" ")).map(stem);
  }

  // The stems that a word of the query means: itself, and what it begins.
  function meant(term) {
    const found = [...spread.keys()].filter(
      (key) => term.length > 2 && key !== term && key.startsWith(term),
    );
    const reach = found.map((key) => [key, term.length / key.length]);
    return spread.has(term) ? [[term, 1], ...reach] : reach;
  }

  function score(entry, terms, phrase) {
    let sum = 0;
    let matched = 0;
    for (const keys of terms) {
      const worth = ([key, share]) => {
        const count = entry.counts.get(key) ?? 0;
        return (
          (share * Math.log(1 + entries.length / spread.get(key)) * count) / (count + entry.length)
        );
      };
      const best = Math.max(0, ...keys.map(worth));
      sum += best;
      matched += best > 0;
    }
    const title = plain(entry.title);
    const nearness =
      title === phrase
        ? 2.5
        : title.includes(phrase)
          ? 1.6
          : plain(entry.text).includes(phrase)
            ? 1.2
            : 1;
    return sum * nearness * KINDS[entry.kind].factor * (matched / terms.length) ** 2;
  }

  function search(query) {
    const terms = asked(query).map(meant);
    const phrase = plain(query.trim());
    const scored = entries.map((entry) => ({ entry, value: score(entry, terms, phrase) }));
    scored.sort((a, b) => b.value - a.value);
    const best = scored.filter(({ value }) => value > scored[0].value * LEAST);
    return Map.groupBy(
      best.map(({ entry }) => entry),
      (entry) => entry.page,
    );
  }

  // ---- what to say when nothing is found: the nearest word that the book has
  function distance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, place) => place);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])));
      }
      row = next;
    }
    return row[b.length];
  }
  function nearest(query) {
    const better = words(query).map((word) => {
      const key = stem(word);
      if (meant(key).length) return word;
      const near = [...spelled].map(([other, spelling]) => [
        distance(key, other),
        -spread.get(other),
        spelling,
      ]);
      near.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      return near[0][0] <= 1 + (key.length > 5) ? near[0][2] : "";
    });
    return better.filter(Boolean).join(" ");
  }

  // ---- the page
  const input = document.querySelector("main input[type=search]");
  const status = document.getElementById("search-status");
  const results = document.getElementById("search-results");

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // An excerpt around the first word that was asked for, each such word marked.
  function excerpt(text, keys) {
    const parts = text.split(WORD);
    const isAsked = (part, place) => place % 2 && keys.has(stem(plain(part)));
    const first = Math.max(0, parts.findIndex(isAsked));
    let start = first;
    for (let room = EXCERPT / 3; start > 0 && room > 0; start--) room -= parts[start - 1].length;
    const shown = start ? ["… "] : [];
    let room = EXCERPT;
    for (let place = start; place < parts.length && room > 0; place++) {
      room -= parts[place].length;
      shown.push(isAsked(parts[place], place) ? element("mark", {}, parts[place]) : parts[place]);
    }
    return room > 0 ? shown : [...shown, " …"];
  }

  function result(entry, keys) {
    const label = [KINDS[entry.kind].name, entry.note].filter(Boolean).join(" · ");
    const link = element("a", { href: entry.url }, entry.title);
    const kind = element("span", { className: "rc-kind" }, label);
    return element(
      "li",
      {},
      kind,
      link,
      element("p", { className: "context" }, ...excerpt(entry.text, keys)),
    );
  }

  function list(found, keys) {
    const items = found.map((entry) => result(entry, keys));
    const rest = items.splice(SHOWN);
    const shown = [element("ul", {}, ...items)];
    if (rest.length)
      shown.push(
        element(
          "details",
          {},
          element("summary", {}, `${rest.length} more on this page`),
          element("ul", {}, ...rest),
        ),
      );
    return shown;
  }

  function show() {
    const query = input.value;
    if (!whole) {
      status.replaceChildren(query ? "Reading the book …" : HINT);
      return;
    }
    const found = asked(query).length ? search(query) : new Map();
    const keys = new Set(asked(query).flatMap((term) => meant(term).map(([key]) => key)));
    results.replaceChildren(
      ...[...found].map(([page, hits]) =>
        element(
          "section",
          {},
          element("h2", {}, element("a", { href: hits[0].url.split("#")[0] }, page)),
          ...list(hits, keys),
        ),
      ),
    );
    const total = [...found.values()].flat().length;
    status.replaceChildren(...(asked(query).length ? said(query, total, found.size) : [HINT]));
  }

  function said(query, total, count) {
    if (total)
      return [
        `${total} ${total > 1 ? "results" : "result"} on ${count} ${count > 1 ? "pages" : "page"}`,
      ];
    const better = nearest(query);
    const link = better && element("a", { href: `?q=${encodeURIComponent(better)}` }, better);
    return [
      `Nothing is found for “${query}”. `,
      ...(link ? ["Did you mean ", link, "?"] : ["Try fewer words, or a chapter of the contents."]),
    ];
  }

  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", () => {
    history.replaceState(
      null,
      "",
      input.value ? `?q=${encodeURIComponent(input.value)}` : location.pathname,
    );
    show();
  });
  input.form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("main").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [input, ...results.querySelectorAll("li a")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!step || !stops.includes(document.activeElement) || !next) return;
    event.preventDefault();
    next.focus();
  });

  // ---- reading the index: at once when something is asked, else when the page has been seen
  let whole = false;
  const turn = () =>
    new Promise((go) =>
      (input.value ? setTimeout : (window.requestIdleCallback ?? setTimeout))(go),
    );
  async function read() {
    if (!input.value) await painted;
    const script = element("script", { src: results.dataset.index });
    await new Promise((go) => {
      script.onload = go;
      document.head.append(script);
    });
    let until = 0;
    for (const [url, page, found] of searchIndex()) {
      for (const one of found) {
        if (performance.now() > until) {
          await turn();
          until = performance.now() + PIECE;
        }
        entries.push(entry(url, page, one));
      }
    }
    whole = true;
    show();
  }
  show();
  read();
  if (!input.value) input.focus();
})();
