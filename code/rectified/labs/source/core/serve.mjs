/**
 * The worker's side of a job: it is made, runs in short slices, and shows a frame when asked.
 *
 * Messages in; each has the number of the job that it is for:
 *     {number, settings}   make a new job, and drop the one before
 *     {number, running}    step from now on (a job made later too), or stop
 *     {number, steps}      take so many steps more, running or not
 *     {number, wanted}     show a frame, once
 * Messages out: {number, frame}, or {number, fault} with the text of an error, which ends the job.
 */

/**
 * What is trained or simulated.
 * @template [Wanted=unknown]
 * @typedef {object} Job
 * @property {() => void} step
 * @property {(wanted: Wanted) => object} frame  its arrays are moved to the page, not copied: so
 *   they must be its own
 * @property {boolean} [finished]  whether steps would change nothing any more
 */

/** @typedef {{number: number, settings?: unknown, running?: boolean, steps?: number,
 *   wanted?: unknown}} Asked */

/** What a worker's global scope offers.
 * @typedef {object} Port
 * @property {((event: {data: Asked}) => void) | null} onmessage
 * @property {(message: object, transfer: ArrayBuffer[]) => void} postMessage */

/** What a test replaces.
 * @typedef {object} Surroundings
 * @property {Port} port
 * @property {(call: () => void) => () => void} later  returns what makes the call soon
 * @property {() => number} now  milliseconds */

const SLICE = 10; // milliseconds that a message waits, or as long as one step takes

/**
 * Return what makes the call after messages that are there already, and without the 4 ms that
 * setTimeout adds.
 * @param {() => void} call
 */
function throughChannel(call) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = call;
  return () => port2.postMessage(undefined);
}

/**
 * Return the memory of all arrays in a frame.
 * @param {unknown} value
 * @returns {ArrayBuffer[]}
 */
function buffers(value) {
  if (typeof value !== "object" || value === null) return [];
  if (!ArrayBuffer.isView(value)) return Object.values(value).flatMap(buffers);
  if (value.byteLength < value.buffer.byteLength) {
    throw new Error("frame must hold arrays of its own, got a view into a longer one");
  }
  return [/** @type {ArrayBuffer} */ (value.buffer)];
}

class Service {
  /**
   * @param {(settings: unknown) => Job} make
   * @param {Surroundings} surroundings
   */
  constructor(make, { port, later, now }) {
    this.make = make;
    this.port = port;
    this.now = now;
    this.later = later(() => this.slice());
    this.number = 0;
    this.running = false;
    this.owed = 0; // steps
    /** @type {Job | undefined} */
    this.job = undefined;
    /** @type {{settings: unknown} | undefined} */
    this.ordered = undefined;
    /** @type {{wanted: unknown} | undefined} */
    this.asked = undefined;
    this.awake = false;
  }

  /** @param {Asked} message */
  hear(message) {
    if ("settings" in message) {
      this.number = message.number;
      this.ordered = { settings: message.settings };
      this.forget();
    }
    if ("wanted" in message) this.asked = { wanted: message.wanted };
    this.running = message.running ?? this.running;
    this.owed += message.steps ?? 0;
    this.wake();
  }

  forget() {
    this.job = undefined;
    this.asked = undefined;
    this.owed = 0;
  }

  wake() {
    if (!this.awake) this.later();
    this.awake = true;
  }

  get busy() {
    return this.job !== undefined && !this.job.finished && (this.running || this.owed > 0);
  }

  /** Make, step, show: whatever is asked for, in about `SLICE` milliseconds. */
  slice() {
    this.awake = false;
    try {
      if (this.ordered) this.job = this.make(this.ordered.settings);
      this.ordered = undefined;
      this.advance();
      this.show();
    } catch (error) {
      this.ordered = undefined;
      this.forget();
      this.port.postMessage({ number: this.number, fault: String(error) }, []);
    }
    if (this.busy) this.wake();
  }

  advance() {
    const end = this.now() + SLICE;
    while (this.job && this.busy && this.now() < end) {
      this.job.step();
      this.owed = Math.max(0, this.owed - 1);
    }
  }

  show() {
    if (!this.job || !this.asked) return;
    const frame = this.job.frame(this.asked.wanted);
    this.asked = undefined;
    this.port.postMessage({ number: this.number, frame }, [...new Set(buffers(frame))]);
  }
}

/**
 * Let a worker run jobs: to be called once, at the end of an `x.worker.mjs`.
 * @template Settings, Wanted
 * @param {(settings: Settings) => Job<Wanted>} make  throws for settings that make no sense
 * @param {Partial<Surroundings>} [replaced]
 */
export function serve(make, replaced = {}) {
  const port = /** @type {Port} */ (/** @type {unknown} */ (globalThis));
  const surroundings = { port, later: throughChannel, now: () => performance.now(), ...replaced };
  const service = new Service(/** @type {(settings: unknown) => Job} */ (make), surroundings);
  surroundings.port.onmessage = ({ data }) => service.hear(data);
}
