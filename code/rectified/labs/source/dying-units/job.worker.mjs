/** Trains the network beside the page. */
import { serve } from "../core/serve.mjs";
import { Job } from "./job.mjs";

serve((settings) => new Job(settings));
