#!/usr/bin/env python3
"""How long Stripe's events wait for their answer while Stripe's own API takes ten seconds for each.

    webhook.py VAULT_API [EVENTS] [CONNECTIONS]

Starts the program VAULT_API on a free port in a folder of its own (on SQLite, or in the empty
database that DATABASE_URL names) and a Stripe
that answers at once until an account has its customer, and in ten seconds from then on. Sends EVENTS (2,000) signed
events about that customer over CONNECTIONS (8), a few of them twice, and prints how long the answers took. Asked: 99 in
100 within 50 ms.
"""
import hashlib, hmac, http.client, http.server, json, os, secrets, subprocess, sys, tempfile, threading, time

program = os.path.abspath(sys.argv[1])
events = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
connections = int(sys.argv[3]) if len(sys.argv) > 3 else 8
SECRET, PRICE, CUSTOMER = "whsec_bench", "price_bench", "cus_" + secrets.token_hex(6)
takes, asked = 0.0, []


class Stripe(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        asked.append(self.path)
        time.sleep(takes)
        path = self.path.split("?")[0]
        body = {"object": "list", "data": [], "has_more": False, "url": path}
        if path == f"/v1/customers/{CUSTOMER}" or (path == "/v1/customers" and self.command == "POST"):
            body = {"id": CUSTOMER, "object": "customer"}
        elif path == "/v1/checkout/sessions":
            body = {"id": "cs_test_bench", "object": "checkout.session", "status": "open", "customer": CUSTOMER}
            body["url"] = f"http://127.0.0.1:{stripe.server_port}/pay"
        body = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def ask(path, body=None, token=None):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    link.request("POST", path, None if body is None else json.dumps(body), headers)
    answer = link.getresponse()
    text = answer.read()
    assert answer.status < 300, (path, answer.status, text)
    return json.loads(text)


def event(number):
    thing = {"id": f"in_{number}", "object": "invoice", "customer": CUSTOMER, "lines": {"data": ["x" * 200] * 10}}
    return json.dumps({
        "id": f"evt_bench_{run}_{number}", "object": "event", "type": "invoice.paid", "created": int(time.time()),
        "livemode": False, "data": {"object": thing}, "api_version": "2026-10-28.endive",
    }).encode()


def send(numbers, waits):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in numbers:
        body, at = event(number), int(time.time())
        signature = hmac.new(SECRET.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "stripe-signature": f"t={at},v1={signature}"}
        began = time.perf_counter()
        link.request("POST", "/api/billing/webhook", body, headers)
        answer = link.getresponse()
        text = answer.read()
        waits.append(time.perf_counter() - began)
        assert answer.status == 200, (answer.status, text)


run = secrets.token_hex(4)
stripe = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stripe)
threading.Thread(target=stripe.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as folder:
    settings = {
        "STRIPE_SECRET_KEY": "sk_test_bench", "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_PRICE_PRO": PRICE,
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe.server_port}", "BCRYPT_COST": "4", "RUST_LOG": "error",
    }
    settings |= {name: os.environ[name] for name in ("DATABASE_URL", "PATH") if name in os.environ}
    server = subprocess.Popen([program, "serve", "--port", "0"], cwd=folder, env=settings, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
        member = {"email": f"bench-{run}@example.com", "password": "une girafe en pyjama vert"}
        ask("/api/auth/register", member)
        token = ask("/api/auth/login", member)["access_token"]
        ask("/api/billing/checkout", token=token)
        takes, before = 10.0, len(asked)
        waits, began = [], time.perf_counter()
        # the last twentieth comes twice
        numbers = [*range(events), *range(events - events // 20, events)]
        threads = [threading.Thread(target=send, args=(numbers[at::connections], waits)) for at in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        assert len(waits) == len(numbers), f"only {len(waits)} of {len(numbers)} events were taken"
        waits.sort()
        at = lambda share: 1000 * waits[min(len(waits) - 1, int(share * len(waits)))]
        print(f"{len(waits)} events over {connections} connections, {len(waits) / took:.0f} a second; "
              f"p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, the longest {at(1):.1f} ms; "
              f"meanwhile Stripe was asked {len(asked) - before} times, 10 s each")
    finally:
        server.kill()
        server.wait()
