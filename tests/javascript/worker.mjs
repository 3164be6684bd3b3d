/** The text of the tests' worker, as a lab's page gets its own. */

import source from "./counting.worker.mjs?text";
import { answer } from "./exchange.mjs";

answer(source);
