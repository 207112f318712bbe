"""Runs the code cells of a notebook in Deno's Jupyter kernel and prints their outputs as JSON.

    python3 run_notebook.py NOTEBOOK.ipynb

Prints a list with the outputs of each code cell, as the notebook format has them. The kernel runs in
the folder of the notebook, as Jupyter starts it. Needs jupyter-client; the kernel specification
`deno` must be on JUPYTER_PATH.
"""

import json
import os
import queue
import sys

from jupyter_client.manager import start_new_kernel

# Seconds that a cell may take, and that outputs may come late.
MOST, LATE = 300, 1


def run(client, sources):
    """Runs cells one after another and returns the outputs of each.

    The kernel may say that it is idle before it hands out a result, so messages are told apart by
    the request that they answer.
    """
    outputs = {}

    def take(seconds):
        """Takes in the next message, and returns the request whose end it is."""
        message = client.get_iopub_msg(timeout=seconds)
        kind, content = message["msg_type"], message["content"]
        request = message["parent_header"].get("msg_id")
        if kind == "status":
            return request if content["execution_state"] == "idle" else None
        if kind in ("stream", "display_data", "execute_result", "error"):
            content.pop("transient", None)
            outputs.setdefault(request, []).append({"output_type": kind, **content})
        return None

    requests = []
    for source in sources:
        requests.append(client.execute(source))
        while take(MOST) != requests[-1]:
            pass
    try:
        while True:
            take(LATE)
    except queue.Empty:
        return [outputs.get(request, []) for request in requests]


def main(path):
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    folder = os.path.dirname(os.path.abspath(path))
    manager, client = start_new_kernel(kernel_name="deno", cwd=folder)
    try:
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        print(json.dumps(run(client, sources)))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main(sys.argv[1])
