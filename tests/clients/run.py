"""Starts `numberline twins` on a folder of its own, runs every driver against it and stops it again."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).parent
START_SECONDS = 30
STOP_SECONDS = 10


def drivers(twins):
    """The command line of each driver, from what the twins say about themselves."""
    carrier, processor = twins["twilio"], twins["stripe"]
    yield ["drive_twilio.py", "--url", carrier["url"], "--sid", carrier["accountSid"], "--token", carrier["authToken"]]
    yield ["drive_stripe.py", "--url", processor["url"], "--key", processor["secretKey"]]


def announced(process):
    """The one line that the twins print when they are ready."""
    late = threading.Timer(START_SECONDS, process.kill)
    late.start()
    line = process.stdout.readline()
    late.cancel()
    if not line:
        sys.exit(f"the twins did not say that they are ready within {START_SECONDS} s; their messages are above")
    return json.loads(line)


def main(binary):
    with tempfile.TemporaryDirectory(prefix="numberline-twins-") as folder:
        # Nothing of the caller's configuration reaches the twins; a .env would be found in the working folder.
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment.update(DATA_DIR=folder, LOG_LEVEL="warn")
        twins = subprocess.Popen(
            [pathlib.Path(binary).resolve(), "twins"], env=environment, cwd=folder, stdout=subprocess.PIPE, text=True
        )
        failed = []
        try:
            for command in drivers(announced(twins)):
                print(f"--- {command[0]}", flush=True)
                # The drivers talk to loopback only; a proxy for the outside must not get in between.
                bare = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
                if subprocess.run([sys.executable, HERE / command[0], *command[1:]], env=bare).returncode != 0:
                    failed.append(command[0])
        finally:
            twins.send_signal(signal.SIGTERM)
            try:
                stopped = twins.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                twins.kill()
                stopped = f"none within {STOP_SECONDS} s"
        if stopped != 0:
            failed.append(f"the twins' exit code after SIGTERM ({stopped})")
    if failed:
        sys.exit("failed: " + ", ".join(failed))


if __name__ == "__main__":
    main(sys.argv[1])
