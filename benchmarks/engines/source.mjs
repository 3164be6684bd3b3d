/** The text of the worker, as a lab's page has it. */
import source from "./job.worker.mjs?text";

process.stdout.write(JSON.stringify(source));
