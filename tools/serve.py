"""Show a built site on localhost, compressed as hosts do: ``python tools/serve.py FOLDER PORT``."""

import gzip
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

TEXT = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".xml"}


class Handler(SimpleHTTPRequestHandler):
    """Serves files; text compressed, and many files over one connection."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Send status and headers, and return what follows them."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if self.path.partition("?")[0].endswith("/") else path
        taken = "gzip" in self.headers.get("Accept-Encoding", "")
        if not taken or path.suffix not in TEXT or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes(), compresslevel=6)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)


def main(folder: str, port: str) -> str | None:
    """Serve until interrupted; return a sentence when the port is taken."""
    handler = partial(Handler, directory=folder)
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
