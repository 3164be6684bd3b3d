"""An experiment over a grid of settings: kept on disk, resumable, in any number of processes."""
