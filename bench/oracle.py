#!/usr/bin/env python3
"""Whether an observer who times answers can tell addresses with an account from others.

    bench/oracle.py [-n 150] [PROGRAM]

Starts the server on throwaway data (SQLite, or DATABASE_URL where it is set), with wide limits and bcrypt at 10, asks each route
in turn for an address with and one without an account, 2 × n times interleaved, and prints the area under the ROC curve: 0.5 is a
coin, 1.0 is certainty. Ends with 1 where one is above 0.60.
"""
import argparse, http.client, json, os, random, subprocess, sys, tempfile, time

arguments = argparse.ArgumentParser()
arguments.add_argument("-n", type=int, default=150)
arguments.add_argument("program", nargs="?", default="target/release/vault-api")
options = arguments.parse_args()

folder = tempfile.mkdtemp(prefix="vault-oracle-")
wide = {f"RATE_LIMIT_{name}": "1000000" for name in
        ("AUTH_PER_MINUTE", "API_PER_MINUTE", "REGISTER_PER_HOUR", "RECOVER_PER_HOUR", "MAILBOX_PER_HOUR")}
settings = {**os.environ, **wide, "DATA_DIR": f"{folder}/data", "BCRYPT_COST": "10", "RUST_LOG": "error",
            "ENUMERATION_PROTECTION": "true"}
server = subprocess.Popen([os.path.abspath(options.program), "serve", "--port", "0"], cwd=folder, env=settings,
                          stdout=subprocess.PIPE, text=True)
host = server.stdout.readline().split("http://")[1].split()[0]
connection = http.client.HTTPConnection(host)


def ask(path, body):
    began = time.perf_counter()
    connection.request("POST", f"/api/auth/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    return time.perf_counter() - began, answer.status, text


def area(existing, missing):
    """How often a random answer for an existing address took longer than one for a missing one."""
    wins = sum((a > b) + (a == b) / 2 for a in existing for b in missing)
    share = wins / (len(existing) * len(missing))
    return max(share, 1 - share)


PASSWORD = "une girafe en pyjama vert"
failed = False
try:
    for number in range(options.n):
        ask("register", {"email": f"there{number}@example.com", "password": PASSWORD})
    # one wrong password for each address: more would be counted against the account
    routes = {
        "login": lambda email: {"email": email, "password": "une girafe en pyjama rouge"},
        "recover": lambda email: {"email": email},
        "verify-email/resend": lambda email: {"email": email},
        "register": lambda email: {"email": email, "password": PASSWORD},
    }
    for path, body in routes.items():
        times, answers = {True: [], False: []}, {True: set(), False: set()}
        for number in range(options.n):
            order = [True, False]
            random.shuffle(order)
            for exists in order:
                name = "there" if exists else "other"
                took, status, text = ask(path, body(f"{name}{number}@example.com"))
                times[exists].append(took)
                said = json.loads(text) if text else {}
                said.pop("request_id", None)
                answers[exists].add((status, json.dumps(said)))
        auc = area(times[True], times[False])
        same = answers[True] == answers[False] and len(answers[True]) == 1
        middle = sorted(times[True])[options.n // 2]
        print(f"{path:22} AUC {auc:.3f}   median {middle * 1000:7.2f} ms   answers {'the same' if same else answers}", flush=True)
        failed |= auc > 0.60 or not same
finally:
    server.terminate()
    server.wait()
    subprocess.run(["rm", "-rf", folder], check=False)
sys.exit(1 if failed else 0)
