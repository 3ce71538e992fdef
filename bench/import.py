#!/usr/bin/env python3
"""Import and export of 10,000 keys against a running server, and what others wait meanwhile.

    import.py BASE_URL [KEYS]

Registers an account, imports KEYS lines of a .env, imports them again (all the same), then with other values (all
changed), exports them in both forms, and compares the export with what was sent. While an import runs, a second account
stores keys one by one: the longest it waits is told too. Start the server with BCRYPT_COST=4 and
RATE_LIMIT_AUTH_PER_MINUTE=1000.
"""
import json, secrets, sys, threading, time, urllib.error, urllib.request

base, keys = sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
assert base.startswith(("http://127.0.0.1", "http://localhost")), "loopback only"


def ask(method, path, token=None, body=None, kind="application/json"):
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, method=method)
    request.add_header("content-type", kind)
    if token:
        request.add_header("authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read()


def account():
    email, password = f"bench-{secrets.token_hex(6)}@example.com", "une girafe en pyjama vert"
    ask("POST", "/api/auth/register", body={"email": email, "password": password})
    return json.loads(ask("POST", "/api/auth/login", body={"email": email, "password": password}))["access_token"]


def timed(what, act):
    stop, waits, refused = threading.Event(), [], []

    def neighbour():
        while not stop.is_set():
            began = time.perf_counter()
            try:
                ask("POST", "/api/keys", other, {"name": secrets.token_hex(8), "value": secrets.token_hex(16)})
            except urllib.error.HTTPError as error:
                refused.append(error.code)
            waits.append(time.perf_counter() - began)
            time.sleep(0.02)

    thread = threading.Thread(target=neighbour)
    thread.start()
    began = time.perf_counter()
    result = act()
    took = time.perf_counter() - began
    stop.set()
    thread.join()
    print(f"{what:<28} {took:7.2f} s   a neighbour's create waits at most {1000 * max(waits):6.0f} ms, refused {len(refused)} of {len(waits)}")
    return result


def send(values, query=""):
    text = "".join(f"NAME_{at}='{value}'\n" for at, value in enumerate(values)).encode()
    return json.loads(ask("POST", "/api/keys/import" + query, token, text, "text/plain"))


token, other = account(), account()
first = [f"sk_{secrets.token_hex(20)} {at}" for at in range(keys)]
second = [f"sk_{secrets.token_hex(20)} {at}" for at in range(keys)]
assert timed("dry run", lambda: send(first, "?dry_run=true"))["new"] == keys
assert timed(f"import, {keys} new", lambda: send(first))["new"] == keys
assert timed("import, all the same", lambda: send(first))["same"] == keys
assert timed("import, all changed", lambda: send(second))["changed"] == keys
exported = json.loads(timed("export, json", lambda: ask("GET", "/api/keys/export?format=json", token)))
assert {key["name"]: key["value"] for key in exported["keys"]} == {f"NAME_{at}": value for at, value in enumerate(second)}
lines = timed("export, env", lambda: ask("GET", "/api/keys/export?format=env", token)).decode().splitlines()
assert sorted(lines) == sorted(f"NAME_{at}='{value}'" for at, value in enumerate(second))
