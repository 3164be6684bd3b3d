import { serve } from "../core/serve.mjs";
import { Fit } from "./job.mjs";

serve((settings) => new Fit(settings));
