/** The networks, in a thread of their own. */
import { serve } from "../core/serve.mjs";
import { make } from "./job.mjs";

serve(make);
