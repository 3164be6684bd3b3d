"""Show a built site on localhost: ``python tools/serve.py FOLDER PORT``."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


def main(folder: str, port: str) -> str | None:
    """Serve until interrupted; return a sentence when the port is taken."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    except OSError:
        return f"Port {port} is taken; choose another: make serve PORT={int(port) + 1}"
    with server:
        print(f"The book is at http://localhost:{server.server_port}; Ctrl-C ends it", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
