/** A worker's service, driven by hand: messages in, slices when the test says so, answers out. */
import assert from "node:assert/strict";
import { serve } from "../../code/rectified/labs/source/core/serve.mjs";
import { answer } from "./exchange.mjs";

/** A job that counts, each step taking `time` milliseconds of the test's clock. */
class Counter {
  constructor(desk, { start = 0, time = 4, end = Number.POSITIVE_INFINITY, ...faults }) {
    if (faults.make) throw new Error(faults.make);
    Object.assign(this, { desk, count: start, time, end, faults });
  }

  step() {
    if (this.count === this.faults.step) throw new TypeError("no such step");
    this.count += 1;
    this.desk.time += this.time;
  }

  get finished() {
    return this.count >= this.end;
  }

  frame(wanted) {
    if (wanted === "fault") throw new RangeError("no such frame");
    if (wanted === "view") return { view: new Float64Array(8).subarray(2) };
    if (wanted === "arrays") {
      const shared = new Float64Array(3);
      return { deep: [{ a: new Float64Array([this.count]) }, shared], again: shared, text: "x" };
    }
    return { count: this.count, wanted };
  }
}

/** A service with its clock, its queue of slices, and what it said. */
function opened() {
  const desk = { time: 0, slices: [], said: [], moved: [], made: 0 };
  const port = {
    onmessage: null,
    postMessage(message, transfer) {
      desk.said.push(message);
      desk.moved.push(transfer);
    },
  };
  const make = (settings) => {
    desk.made += 1;
    return new Counter(desk, settings);
  };
  const later = (call) => () => desk.slices.push(call);
  serve(make, { port, later, now: () => desk.time });
  desk.send = (...messages) => {
    for (const message of messages) port.onmessage({ data: { number: 1, ...message } });
  };
  desk.slice = () => desk.slices.shift()();
  /** Run slices until none waits. */
  desk.settle = () => {
    for (let slice = 0; desk.slices.length > 0; slice++) {
      assert.ok(slice < 100, "the service never rests");
      desk.slice();
    }
    return desk.said.splice(0);
  };
  return desk;
}

const count = (said) => said.map(({ frame }) => frame.count);

const TESTS = {
  "a job is made, steps are taken, a frame is shown"() {
    const desk = opened();
    desk.send({ settings: { start: 5 } }, { steps: 3 }, { wanted: "all" });
    assert.deepEqual(desk.settle(), [{ number: 1, frame: { count: 8, wanted: "all" } }]);
  },

  "a frame is shown once, and also at rest"() {
    const desk = opened();
    desk.send({ settings: {} }, { wanted: null });
    assert.equal(desk.settle().length, 1);
    desk.send({ steps: 9 });
    assert.equal(desk.settle().length, 0);
    desk.send({ wanted: undefined });
    assert.deepEqual(count(desk.settle()), [9]);
  },

  "a slice ends after ten milliseconds, with the frame"() {
    const desk = opened();
    desk.send({ settings: { time: 4 } }, { running: true }, { wanted: 1 });
    desk.slice();
    assert.deepEqual(count(desk.said), [3]);
    assert.equal(desk.slices.length, 1);
  },

  "a step that takes longer is a slice of its own"() {
    const desk = opened();
    desk.send({ settings: { time: 50 } }, { running: true }, { wanted: 1 });
    desk.slice();
    assert.deepEqual(count(desk.said), [1]);
  },

  "messages are heard between slices"() {
    const desk = opened();
    desk.send({ settings: {} }, { running: true });
    desk.slice();
    desk.slice();
    desk.send({ running: false }, { wanted: 1 });
    assert.deepEqual(count(desk.settle()), [6]);
  },

  "steps are taken beside running ones, and after them"() {
    const desk = opened();
    desk.send({ settings: {} }, { steps: 4 }, { running: true });
    desk.slice();
    desk.send({ running: false }, { wanted: 1 });
    assert.deepEqual(count(desk.settle()), [4]);
  },

  "only one slice waits, however many messages come"() {
    const desk = opened();
    desk.send({ settings: {} }, { running: true }, { steps: 2 }, { wanted: 1 }, { wanted: 2 });
    assert.equal(desk.slices.length, 1);
    desk.slice();
    assert.deepEqual(desk.said, [{ number: 1, frame: { count: 3, wanted: 2 } }]);
    assert.equal(desk.slices.length, 1);
  },

  "of many new jobs before a slice only the last is made"() {
    const desk = opened();
    for (let start = 0; start < 500; start++) desk.send({ number: start, settings: { start } });
    desk.send({ wanted: 1 });
    assert.deepEqual(desk.settle(), [{ number: 499, frame: { count: 499, wanted: 1 } }]);
    assert.equal(desk.made, 1);
  },

  "a new job runs if the one before ran, but owes no steps and no frame"() {
    const desk = opened();
    desk.send({ settings: {} }, { steps: 50 }, { wanted: "old" });
    desk.send({ number: 2, settings: { start: 100 } });
    assert.deepEqual(desk.settle(), []);
    desk.send({ running: true }, { number: 3, settings: {} }, { wanted: "new" });
    desk.slice();
    assert.deepEqual(desk.said, [{ number: 3, frame: { count: 3, wanted: "new" } }]);
  },

  "a finished job takes no step and still shows itself"() {
    const desk = opened();
    desk.send({ settings: { end: 2 } }, { running: true }, { steps: 7 });
    desk.settle();
    desk.send({ wanted: 1 });
    assert.deepEqual(count(desk.settle()), [2]);
  },

  "nothing is done and nothing said where there is no job"() {
    const desk = opened();
    desk.send({ running: true }, { steps: 3 }, { wanted: 1 });
    assert.deepEqual(desk.settle(), []);
  },

  "arrays of a frame are moved, each once"() {
    const desk = opened();
    desk.send({ settings: {} }, { wanted: "arrays" });
    const [{ frame }] = desk.settle();
    const [{ a }, shared] = frame.deep;
    assert.deepEqual(desk.moved, [[a.buffer, shared.buffer]]);
  },

  ...Object.fromEntries(
    Object.entries({
      "making it": [{ make: "no such job" }, 0, "Error: no such job"],
      "a step": [{ step: 2 }, 0, "TypeError: no such step"],
      "a frame": [{}, "fault", "RangeError: no such frame"],
      "a frame of borrowed arrays": [
        {},
        "view",
        "Error: frame must hold arrays of its own, got a view into a longer one",
      ],
    }).map(([what, [settings, wanted, fault]]) => [
      `an error in ${what} ends the job and not the worker`,
      () => {
        const desk = opened();
        desk.send({ settings }, { steps: 5 }, { wanted });
        assert.deepEqual(desk.settle(), [{ number: 1, fault }]);
        desk.send({ steps: 5 }, { wanted });
        assert.deepEqual(desk.settle(), []);
        desk.send({ number: 2, settings: { time: 1 } }, { steps: 5 }, { wanted: 1 });
        assert.deepEqual(desk.settle(), [{ number: 2, frame: { count: 5, wanted: 1 } }]);
      },
    ]),
  ),
};

const failures = Object.entries(TESTS).map(([name, test]) => {
  try {
    test();
    return [name, ""];
  } catch (error) {
    return [name, String(error)];
  }
});
answer(Object.fromEntries(failures));
