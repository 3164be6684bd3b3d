/** The page's side of a job in a Web Worker; `serve.mjs` is the worker's, and says what is sent. */

/** @typedef {{fault: string}} Fault */

/**
 * A worker of its own, which ends with `close`.
 * @template {object} Frame
 */
class Connection {
  /** @type {Worker | undefined} */
  #worker;
  #number = 0;
  #closed = false;
  #waiting = false; // for a frame
  /** @type {{wanted: unknown} | undefined} */
  #next; // what to ask for then
  #heard;

  /**
   * @param {string} source
   * @param {(heard: Frame | Fault) => void} heard
   */
  constructor(source, heard) {
    this.#heard = heard;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      this.#listen(new Worker(url));
    } catch (error) {
      queueMicrotask(() => this.#fail(String(error))); // when the caller has the connection
    }
    URL.revokeObjectURL(url); // the worker has its source
  }

  /** @param {Worker} worker */
  #listen(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (this.#closed || data.number !== this.#number) return; // of a job that was dropped
      if ("fault" in data) this.#heard({ fault: data.fault });
      else this.#show(data.frame);
    };
    worker.onerror = (event) => {
      event.preventDefault(); // told here, and not in the console besides
      this.#fail(event.message || "the worker did not start");
    };
  }

  /** @param {Frame} frame */
  #show(frame) {
    const next = this.#next;
    this.#forget();
    if (next) this.want(next.wanted);
    this.#heard(frame);
  }

  /** @param {string} fault */
  #fail(fault) {
    if (this.#closed) return;
    this.close();
    this.#heard({ fault });
  }

  #forget() {
    this.#waiting = false;
    this.#next = undefined;
  }

  /** @param {object} message */
  #send(message) {
    this.#worker?.postMessage({ number: this.#number, ...message });
  }

  /**
   * Make a new job; nothing is heard of the one before from now on.
   * @param {unknown} settings
   */
  make(settings) {
    this.#number += 1;
    this.#forget();
    this.#send({ settings });
  }

  /**
   * Let the job step, and those made later; or let them rest.
   * @param {boolean} running
   */
  run(running) {
    this.#send({ running });
  }

  /**
   * Let the job take so many steps more.
   * @param {number} steps
   */
  steps(steps) {
    this.#send({ steps });
  }

  /**
   * Ask for a frame. While one is on its way the wish is kept, and only the latest.
   * @param {unknown} wanted
   */
  want(wanted) {
    if (this.#waiting) {
      this.#next = { wanted };
      return;
    }
    this.#waiting = true;
    this.#send({ wanted });
  }

  /** End the worker; nothing is heard any more. */
  close() {
    this.#closed = true;
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/**
 * Start a worker and hear of its jobs: the frames that are asked for, and `{fault}` when one fails
 * or the worker cannot be started.
 * @template {object} Frame
 * @param {string} source  text of a worker, as an import of `x.worker.mjs?text` gives it
 * @param {(heard: Frame | Fault) => void} heard
 */
export function connect(source, heard) {
  return new Connection(source, heard);
}
