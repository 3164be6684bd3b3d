"""The engines that the benchmark compares: the same training in a page, under Node, in NumPy."""

ENGINES = {
    "page": "page",  # Chromium: in a worker, while its page draws a frame whenever it can
    "wasm": "Node, WebAssembly",
    "plain": "Node, plain",
    "numpy": "NumPy",
}
