import { serve } from "../shared/serve.mjs";
import { Fit } from "./job.mjs";

serve((settings) => new Fit(settings));
