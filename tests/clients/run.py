"""Starts `numberline serve` on a folder of its own, runs every driver against it and its twins and stops it again."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
START_SECONDS = 30
STOP_SECONDS = 10


def drivers(url, sandbox, compiled):
    """The command line of each driver, from what the sandbox says about itself and where TypeScript is compiled to."""
    carrier, processor = sandbox["twilio"], sandbox["stripe"]
    sms_man, text_verified = sandbox["smsMan"], sandbox["textVerified"]
    key = sandbox["demo"]["apiKey"]
    python = sys.executable
    yield [python, "drive_twilio.py", "--url", carrier["url"], "--sid", carrier["accountSid"], "--token", carrier["authToken"]]
    yield [python, "drive_stripe.py", "--url", processor["url"], "--key", processor["secretKey"]]
    yield [python, "drive_sms_man.py", "--url", sms_man["url"], "--control", sms_man["controlUrl"], "--token", sms_man["token"]]
    yield [python, "drive_text_verified.py", "--url", text_verified["url"], "--control", text_verified["controlUrl"],
           "--key", text_verified["apiKey"], "--username", text_verified["username"]]
    yield [python, "drive_market.py", "--url", url, "--key", key]
    yield ["node", "drive_market.cjs", url, key]
    yield [python, "drive_generated.py", url]
    yield ["node", compiled / "drive_generated.mjs", url]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(url, body=None, key=None):
    headers = {"Content-Type": "application/json"} if body else {}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None, headers=headers)
    return urllib.request.urlopen(request, timeout=10).read()


def deposit(url, key, amount):
    """Money to rent with."""
    ask(f"{url}/api/v1/payments/deposit", {"amount": amount, "paymentMethodId": "pm_card_visa"}, key)


def wait_until_ready(process, url):
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return ask(f"{url}/health/ready")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    process.kill()
    sys.exit(f"the product was not ready within {START_SECONDS} s; its messages are above")


def stop(process):
    """Its exit code, or that it has none."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return f"none within {STOP_SECONDS} s"


def main(binary, compiled):
    # The drivers talk to loopback only; a proxy for the outside must not get in between.
    bare = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    os.environ.clear()
    os.environ.update(bare)
    with tempfile.TemporaryDirectory(prefix="numberline-clients-") as folder:
        # Nothing of the caller's configuration reaches the product; a .env would be found in the working folder.
        environment = {name: bare[name] for name in ("PATH", "HOME", "LANG") if name in bare}
        port = free_port()
        # No text comes unasked: the drivers say when.
        environment.update(DATA_DIR=folder, LOG_LEVEL="error", PORT=str(port), SANDBOX_TEXT_DELAY_MS="3600000")
        url = f"http://127.0.0.1:{port}"
        product = subprocess.Popen([pathlib.Path(binary).resolve(), "serve"], env=environment, cwd=folder)
        failed = []
        try:
            wait_until_ready(product, url)
            sandbox = json.loads(ask(f"{url}/api/v1/sandbox"))["data"]
            deposit(url, sandbox["demo"]["apiKey"], 100)
            for command in drivers(url, sandbox, compiled):
                name = pathlib.Path(command[1]).name
                print(f"--- {name}", flush=True)
                if subprocess.run([command[0], HERE / command[1], *command[2:]]).returncode != 0:
                    failed.append(name)
        finally:
            stopped = stop(product)
        if stopped != 0:
            failed.append(f"the product's exit code after SIGTERM ({stopped})")
    if failed:
        sys.exit("failed: " + ", ".join(failed))


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())
