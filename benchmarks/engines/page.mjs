/** What a lab does on its page: it asks for a frame at the display's rate, and draws it. */
import { connect } from "../../code/rectified/labs/source/core/connect.mjs";

const BINS = 24;
const brush = document.querySelector("canvas").getContext("2d");
const pause = (time) => new Promise((done) => setTimeout(done, time));

/** Draw the histograms: a column for each layer, outputs above gradients. */
function draw(bins) {
  const [{ width, height }, layers] = [brush.canvas, bins.length / (2 * BINS)];
  brush.clearRect(0, 0, width, height);
  for (let start = 0; start < bins.length; start += BINS) {
    const entries = bins.subarray(start, start + BINS);
    const [row, layer] = [(start / BINS) % 2, Math.floor(start / BINS / 2)];
    const [left, step] = [(layer * width) / layers, width / layers / BINS];
    const most = entries.reduce((larger, entry) => Math.max(larger, entry), 1);
    for (const [bin, entry] of entries.entries()) {
      const size = (0.45 * height * entry) / most;
      brush.fillRect(left + bin * step, ((row + 1) * height) / 2 - size, step, size);
    }
  }
}

/** Return the rate of a count between two frames. */
function rate(name, first, last) {
  return (1000 * (last[name] - first[name])) / (last.time - first.time);
}

/** Train while frames are drawn; return the rates of both, and main-thread tasks over 50 ms. */
window.measure = async ({ source, checked, seconds, ...settings }) => {
  let seen = { frames: 0 };
  let told = () => {};
  const job = connect(source, (heard) => {
    if (heard.bins) draw(heard.bins);
    seen = { ...heard, frames: seen.frames + 1, time: performance.now() };
    told();
  });
  job.make(settings);
  job.steps(checked);
  do {
    job.want({});
    await new Promise((done) => {
      told = done;
    });
  } while (seen.steps < checked);
  const { loss, engine, fault } = seen;
  if (fault) throw new Error(fault);

  requestAnimationFrame(function ask() {
    job.want({});
    requestAnimationFrame(ask);
  });
  job.run(true);
  await pause(1500 * seconds); // until the code is compiled
  const tasks = [];
  const watch = new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  watch.observe({ type: "longtask" });
  const first = seen;
  await pause(1000 * seconds);
  const last = seen;
  watch.disconnect();
  job.close();
  const [steps, frames] = [rate("steps", first, last), rate("frames", first, last)];
  return { steps, frames, tasks, loss, engine };
};
