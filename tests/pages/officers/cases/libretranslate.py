"""A server process that speaks LibreTranslate's API: it answers with each text between its languages, or as it is told."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar


class Handler(BaseHTTPRequestHandler):
    how: ClassVar[str] = "well"

    def do_GET(self) -> None:
        known = [{"code": code, "name": code, "targets": []} for code in ("en", "it", "zh")]
        self._say(200, {"error": "busy"} if self.how == "mute" else known)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.how == "silent" or (self.how == "slow" and "Sewing" in asked["q"]):
            time.sleep(60)
        if self.how == "refuses":
            self._say(500, {"error": "model not loaded"})
            return
        text = asked["q"]
        if self.how == "partly" and text.isascii():
            self._say(400, {"error": "it is not supported"})
            return
        made = f"[{asked['source']}>{asked['target']}] {text} <b>"
        self._say(200, {"translatedText": [made] if self.how == "odd" else made})

    def _say(self, status: int, what: object) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    Handler.how = sys.argv[1]
    server = HTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
