"""Serves the small local model by llama.cpp's own HTTP server (OpenAI-compatible), in the foreground.

Started by the hub's runner, once for each replica:
    python3 serve.py --root <cache>/local-model --port 4400 --ctx 4096 --parallel 2 --threads 2
"""

import argparse
import os
import signal
import sys
import threading
import time
import urllib.request


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="folder with the unpacked xllamacpp and the model")
    parser.add_argument("--model", default="gemma-3-270m-q4_k_m.gguf")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ctx", type=int, default=4096, help="tokens of context for each parallel request")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="0 leaves the choice to llama.cpp")
    return parser.parse_args()


def end_with_parent() -> None:
    """A replica must not outlive whoever started it: its port and memory would be lost until a reboot."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def busy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return False
    return any(line.startswith("llamacpp:requests_processing ") and float(line.split()[1]) > 0 for line in lines)


def leave(port: int) -> None:
    """Calls that are being answered may finish; whoever wants it harder sends SIGKILL."""
    while busy(port):
        time.sleep(0.1)
    os._exit(0)


def main() -> None:
    args = arguments()
    sys.path.insert(0, os.path.join(args.root, "python"))
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = os.path.join(args.root, args.model)
    params.hostnames = [args.host]
    params.port = args.port
    params.model_alias = {os.path.splitext(args.model)[0]}
    params.n_parallel = args.parallel
    # llama.cpp divides the context among its slots.
    params.n_ctx = args.ctx * args.parallel
    params.endpoint_metrics = True
    if args.threads > 0:
        params.cpuparams.n_threads = args.threads
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=leave, args=(args.port,), daemon=True).start())
    threading.Thread(target=end_with_parent, daemon=True).start()
    server = Server(params)
    print(f"serving {args.model} on {server.listening_address}", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
