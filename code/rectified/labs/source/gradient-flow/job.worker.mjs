/** Trains the network beside the page. */
import { products } from "../core/products.mjs";
import { serve } from "../core/serve.mjs";
import { Job } from "./job.mjs";

const engine = products(); // one memory for all networks, each of which ends the one before

serve((settings) => new Job(settings, engine));
