#!/usr/bin/env python3
"""Prints verified events as JSON lines and goes on where it was, after an outage or a restart.

    pip install grpcio grpcio-tools
    python3 subscribe.py --server 127.0.0.1:50051 --token-file token

The stubs are made at the start from the .proto files beside this project; a program of your own would make them once.
Exit code 0: stopped, or --count events printed; 1: refused for good.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToDict

# Worth another try: the server, or the way to it, may come back.
PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
}
BACKOFF_S, BACKOFF_S_MAX = 0.25, 10.0
KEEPALIVE = [("grpc.keepalive_time_ms", 30_000), ("grpc.keepalive_timeout_ms", 10_000)]


def stubs(proto):
    """The modules event_pb2 and event_pb2_grpc, made from the files under `proto`."""
    from grpc_tools import protoc

    out = tempfile.mkdtemp()
    files = [str(path) for path in sorted(Path(proto, "vigie/v1").glob("*.proto"))]
    flags = [f"-I{proto}", f"--python_out={out}", f"--grpc_python_out={out}"]
    if protoc.main(["protoc", *flags, *files]) != 0:
        raise SystemExit(f"cannot make stubs of {proto}")
    sys.path.insert(0, out)
    return import_module("vigie.v1.event_pb2"), import_module("vigie.v1.event_pb2_grpc")


def keep(path, token):
    """Whole or not at all: a crash leaves the old token or the new one."""
    beside = f"{path}.new"
    with open(beside, "w") as file:
        file.write(token.hex() + "\n")
    os.replace(beside, path)


def kept(path):
    if path is None or not os.path.exists(path):
        return b""
    with open(path) as file:
        return bytes.fromhex(file.read().strip())


def deliveries(stub, request, talk):
    """Responses without end. Reconnects with back-off, and never skips in silence."""
    wait_s = BACKOFF_S
    while True:
        try:
            for response in stub.Subscribe(request):
                wait_s = BACKOFF_S
                # A camera state has no token and moves nothing on.
                if response.resume_token:
                    request.resume_token = response.resume_token
                yield response
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata() or ())
            oldest = trailers.get("vigie-oldest-token-bin")
            if error.code() == grpc.StatusCode.OUT_OF_RANGE and oldest is not None:
                talk(f"EVENTS WERE MISSED: {error.details()}")
                request.resume_token = oldest
                continue
            if error.code() not in PASSING:
                raise
            talk(f"connection lost: {error.details()}")
        # Half of the wait is left to chance, so that many subscribers do not come back at once.
        time.sleep(wait_s * random.uniform(0.5, 1))
        wait_s = min(2 * wait_s, BACKOFF_S_MAX)


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--server", default="127.0.0.1:50051")
    words.add_argument("--token-file", help="go on where this file says, and keep it up to date")
    words.add_argument("--from-start", action="store_true", help="without a token: the oldest event that is kept")
    words.add_argument("--site", action="append", default=[])
    words.add_argument("--type", action="append", default=[], help="DENSITY, WRONG_WAY, ...")
    words.add_argument("--count", type=int, help="end after so many events")
    words.add_argument("--proto", default=Path(__file__).resolve().parents[3] / "proto")
    asked = words.parse_args()
    event_pb2, event_pb2_grpc = stubs(asked.proto)
    request = event_pb2.SubscribeRequest(
        sites=asked.site,
        types=[f"EVENT_TYPE_{name.upper()}" for name in asked.type],
        resume_token=kept(asked.token_file),
        from_start=asked.from_start,
    )
    left = asked.count
    current = False

    def talk(what):
        nonlocal current
        current = False
        print(what, file=sys.stderr, flush=True)

    with grpc.insecure_channel(asked.server, KEEPALIVE) as channel:
        for response in deliveries(event_pb2_grpc.EventServiceStub(channel), request, talk):
            kind = response.WhichOneof("kind")
            if kind == "event":
                print(json.dumps(MessageToDict(response.event)), flush=True)
                if left is not None:
                    left -= 1
            elif kind == "progress" and not response.progress.catching_up and not current:
                talk("up to date")
                current = True
            # After what it came with was done, never before.
            if asked.token_file is not None and response.resume_token:
                keep(asked.token_file, response.resume_token)
            if left == 0:
                return


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        raise SystemExit(1)
