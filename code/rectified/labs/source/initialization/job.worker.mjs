/** The networks, in a thread of their own. */
import { serve } from "../shared/serve.mjs";
import { make } from "./job.mjs";

serve(make);
