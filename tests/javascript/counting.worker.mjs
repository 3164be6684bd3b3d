/** A worker for tests of the page's side: it counts, fails when told to, and keeps the time. */
import { serve } from "../../code/rectified/labs/source/core/serve.mjs";

serve(({ start, endless, fault }) => {
  if (fault) throw new Error(fault);
  const job = {
    count: start,
    step() {
      do job.count += 1;
      while (endless);
    },
    frame: (wanted) => ({ count: job.count, wanted, entries: new Float64Array([job.count]) }),
  };
  return job;
});
