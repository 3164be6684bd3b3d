/**
 * Loaded into a page before anything else: counts what runs. `leftovers()` says how many timers,
 * frames, workers, observers and listeners there are that nothing has ended.
 */
{
  const open = { timers: new Set(), frames: new Set(), workers: new Set(), urls: new Set() };
  const watched = new Map(); // observer -> its targets
  const heard = new Map(); // target that outlives a lab -> one text for each listener

  /** What ends by itself when it has run, or when it is cancelled by the number it returned. */
  function once(kind, start, cancel) {
    const [real, realCancel] = [window[start], window[cancel]];
    window[start] = (run, ...rest) => {
      const number = real.call(
        window,
        (...given) => {
          if (start !== "setInterval") open[kind].delete(number);
          return run(...given);
        },
        ...rest,
      );
      open[kind].add(number);
      return number;
    };
    window[cancel] = (number) => {
      open[kind].delete(number);
      realCancel.call(window, number);
    };
  }
  once("timers", "setTimeout", "clearTimeout");
  once("timers", "setInterval", "clearInterval");
  once("timers", "requestIdleCallback", "cancelIdleCallback");
  once("frames", "requestAnimationFrame", "cancelAnimationFrame");

  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      open.workers.add(this);
    }

    terminate() {
      open.workers.delete(this);
      super.terminate();
    }
  };

  const [make, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
  URL.createObjectURL = (blob) => {
    const url = make.call(URL, blob);
    open.urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    open.urls.delete(url);
    revoke.call(URL, url);
  };

  for (const name of ["ResizeObserver", "IntersectionObserver", "MutationObserver"]) {
    window[name] = class extends window[name] {
      observe(target, ...rest) {
        watched.set(this, (watched.get(this) ?? new Set()).add(target));
        super.observe(target, ...rest);
      }

      unobserve(target) {
        watched.get(this)?.delete(target);
        super.unobserve(target);
      }

      disconnect() {
        watched.delete(this);
        super.disconnect();
      }
    };
  }

  /** Nodes of a lab go with it; the window, the document and media queries stay. */
  function stays(target) {
    if (target instanceof AbortSignal || target instanceof Worker) return false;
    const { body, documentElement } = document;
    return !(target instanceof Element) || target === body || target === documentElement;
  }
  const numbers = new WeakMap();
  let last = 0;
  function key(type, run, options) {
    if (run !== null && !numbers.has(run)) {
      last += 1;
      numbers.set(run, last);
    }
    const capture = typeof options === "object" ? options?.capture === true : options === true;
    return `${type} ${run === null ? 0 : numbers.get(run)} ${capture}`;
  }
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, run, options) {
    const target = this ?? window;
    add.call(target, type, run, options);
    if (!stays(target) || options?.signal?.aborted) return;
    const listeners = heard.get(target) ?? new Set();
    heard.set(target, listeners.add(key(type, run, options)));
    const end = () => listeners.delete(key(type, run, options));
    if (options?.signal) add.call(options.signal, "abort", end);
    if (options?.once) add.call(target, type, end, { once: true });
  };
  EventTarget.prototype.removeEventListener = function (type, run, options) {
    const target = this ?? window;
    remove.call(target, type, run, options);
    heard.get(target)?.delete(key(type, run, options));
  };

  const total = (sets) => [...sets.values()].reduce((sum, { size }) => sum + size, 0);
  window.leftovers = () => ({
    ...Object.fromEntries(Object.entries(open).map(([kind, set]) => [kind, set.size])),
    observers: total(watched),
    listeners: total(heard),
  });

  /** A model as a kernel gives it, which counts who listens. */
  function modelOf(state) {
    const listening = [];
    const same = (event, run) => (one) => one[0] === event && one[1] === run;
    return {
      listening,
      get: (name) => state[name],
      set(name, value) {
        state[name] = value;
        for (const [event, run] of [...listening]) if (event === `change:${name}`) run();
      },
      on: (event, run) => listening.push([event, run]),
      off: (event, run) => listening.splice(listening.findIndex(same(event, run)), 1),
      save_changes() {},
    };
  }

  /** Touch all that can be touched, so that whatever can run runs. */
  function use(el) {
    for (const button of el.querySelectorAll("button")) button.click();
    for (const input of el.querySelectorAll("input[type=range]")) {
      input.value = input.value === input.max ? input.min : input.max;
      input.dispatchEvent(new Event("input"));
    }
  }

  const frames = async (count) => {
    for (let i = 0; i < count; i += 1) await new Promise((go) => requestAnimationFrame(go));
  };
  const gone = []; // weak references to what was mounted

  /**
   * Mount a lab `count` times at once, use every fifth one, and unmount all. Says what is left at
   * once, what is left after some frames, and how many still listen to their model.
   */
  window.mounted = async (lab, state, count) => {
    const before = window.leftovers();
    const made = Array.from({ length: count }, () => {
      const el = document.body.appendChild(document.createElement("div"));
      const model = modelOf(structuredClone(state));
      return { el, model, close: lab.render({ model, el }) };
    });
    await frames(2);
    for (const { el } of made.filter((_, index) => index % 5 === 0)) use(el);
    await frames(3);
    const empty = made.filter(({ el }) => el.querySelector(".rc-readout")?.textContent === "");
    for (const { el, close } of made) {
      close();
      el.remove();
    }
    const atOnce = window.leftovers();
    await frames(4);
    gone.push(...made.map(({ el }) => new WeakRef(el)));
    const listening = made.reduce((sum, { model }) => sum + model.listening.length, 0);
    return { before, atOnce, after: window.leftovers(), listening, empty: empty.length };
  };
  window.alive = () => gone.filter((one) => one.deref() !== undefined).length;
}
