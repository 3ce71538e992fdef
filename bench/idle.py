#!/usr/bin/env python3
"""Memory of a server that waits: alone, and for each thousand connections that are kept open after one check of a key.

    bench/idle.py target/release/vault-api [CONNECTIONS]

Starts it with an empty SQLite in a folder of its own; PSS, in MiB.
"""
import json, os, re, socket, subprocess, sys, tempfile, time, urllib.request

program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
PASSWORD = "une girafe en pyjama vert"


def pss(process):
    with open(f"/proc/{process.pid}/smaps_rollup") as rollup:
        return int(re.search(r"\nPss:\s+(\d+)", rollup.read())[1]) / 1024


def post(path, body, token=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url + path, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


def started(folder):
    process = subprocess.Popen([program, "serve", "--port", "0"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    return process, re.search(r"http://[\d.:]+", process.stdout.readline())[0]


environment = dict(os.environ, RUST_LOG="warn", RATE_LIMIT_VERIFY_PER_MINUTE="60000000")
with tempfile.TemporaryDirectory() as folder:
    # a second start, so that the first one's work leaves nothing
    first, _ = started(folder)
    first.terminate(), first.wait()
    server, url = started(folder)
    try:
        time.sleep(1)
        print(f"idle {pss(server):.1f} MiB")
        post("/api/auth/register", {"email": "idle@example.com", "password": PASSWORD})
        token = post("/api/auth/login", {"email": "idle@example.com", "password": PASSWORD})["access_token"]
        body = json.dumps({"api_key": post("/api/keys", {"name": "idle"}, token)["api_key"]})
        request = f"POST /api/keys/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        time.sleep(1)
        before, open_ones = pss(server), []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
            connection.sendall(request.encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
            open_ones.append(connection)
        time.sleep(1)
        print(f"{count} idle connections: {(pss(server) - before) * 1000 / count:.1f} MiB for a thousand")
    finally:
        server.terminate(), server.wait()
