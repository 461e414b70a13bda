"""What peers need for the work that Atelier does: PyTorch for evaluations, SciPy and PyTorch for L-BFGS.

    peers.py evaluation FOLDER SIZE LAYOUT COUNT    seconds of each evaluation of the gatys objective, as JSON
    peers.py cuda FOLDER SIZE COUNT [DEVICE]        the same on a GPU, eager and compiled, and of each L-BFGS iteration
    peers.py lbfgs FOLDER EVALUATIONS               best loss of each optimiser, as JSON

FOLDER holds network.safetensors (OIHW, RGB) and, for lbfgs, content.npy and style.npy (3 x H x W, 0..255).
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

LAYERS = ["conv1_1", "conv1_2", "pool", "conv2_1", "conv2_2", "pool", "conv3_1", "conv3_2", "conv3_3", "pool"]
LAYERS += ["conv4_1", "conv4_2", "conv4_3", "pool", "conv5_1"]
STYLE = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT = "conv4_2"
STYLE_WEIGHT = 200
MEAN = torch.tensor([123.68, 116.779, 103.939]).view(1, 3, 1, 1)


def read_network(folder):
    raw = (folder / "network.safetensors").read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])

    def array(name):
        begin, end = header[name]["data_offsets"]
        values = np.frombuffer(raw[8 + length + begin : 8 + length + end], "<f4")
        return torch.from_numpy(values.reshape(header[name]["shape"]).copy())

    return {name: (array(f"{name}.kernel"), array(f"{name}.bias")) for name in LAYERS if name != "pool"}


class Objective:
    """The paper's: half squared feature error, Gram error over 4 C^2 M^2 (Gatys et al., arXiv 1508.06576)."""

    def __init__(self, network, content, style, layout):
        self.mean = MEAN.to(content.device)
        self.format = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}[layout]
        self.network = {name: (k.to(memory_format=self.format), b) for name, (k, b) in network.items()}
        with torch.no_grad():
            self.content = self.features(self.prepare(content))[CONTENT]
            styles = self.features(self.prepare(style))
            self.grams = {name: self.gram(styles[name]) for name in STYLE}

    def prepare(self, picture):
        return picture.contiguous(memory_format=self.format)

    def features(self, x):
        x, found = x - self.mean, {}
        for name in LAYERS:
            if name == "pool":
                x = F.avg_pool2d(x, 2)
            else:
                found[name] = x = F.relu(F.conv2d(x, *self.network[name], padding=1))
        return found

    @staticmethod
    def gram(features):
        flat = features.reshape(features.shape[1], -1)
        return flat @ flat.t() / flat.shape[1]

    def __call__(self, x):
        found = self.features(x)
        loss = 0.5 * ((found[CONTENT] - self.content) ** 2).sum()
        for name in STYLE:
            channels = found[name].shape[1]
            error = ((self.gram(found[name]) - self.grams[name]) ** 2).sum()
            loss = loss + STYLE_WEIGHT * error / (4 * channels**2)
        return loss


def evaluation(folder, size, layout, count):
    content, style, start = (128 + 40 * torch.randn(1, 3, int(size), int(size)) for _ in range(3))
    objective = Objective(read_network(folder), content, style, layout)
    x = objective.prepare(start).requires_grad_(True)
    seconds = []
    for _ in range(int(count) + 1):
        began = time.perf_counter()
        x.grad = None
        objective(x).backward()
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


PAIRS = 10


def cuda(folder, size, count, device="cuda"):
    """In float32: eager in both memory layouts, compiled in the faster one, and why a way or layout does not work."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    network = {name: (k.to(device), b.to(device)) for name, (k, b) in read_network(folder).items()}
    pictures = [128 + 40 * torch.randn(1, 3, int(size), int(size), device=device) for _ in range(3)]
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None

    def times(step, warm_up):
        seconds = []
        for _ in range(int(count) + warm_up):
            synchronize()
            began = time.perf_counter()
            step()
            synchronize()
            seconds.append(time.perf_counter() - began)
        return seconds[warm_up:]

    def timed(way, layout):
        objective = Objective(network, pictures[0], pictures[1], layout)
        torch.compiler.reset()
        loss = torch.compile(objective.__call__) if way == "compiled" else objective
        x = pictures[2].clone().requires_grad_(True)

        def evaluate():
            x.grad = None
            value = loss(objective.prepare(x))
            value.backward()
            return value

        evaluations = times(evaluate, 3)
        options = {"max_iter": 1, "history_size": PAIRS, "tolerance_grad": 0, "tolerance_change": 0}
        optimizer = torch.optim.LBFGS([x], lr=1e-3, **options)
        # Enough before for all pairs.
        return {"evaluations": evaluations, "iterations": times(lambda: optimizer.step(evaluate), PAIRS + 2)}

    result = {"eager": None, "compiled": None, "problems": []}
    layouts = ["nchw", "channels_last"]
    for way in ("eager", "compiled"):
        for layout in layouts:
            try:
                found = {**timed(way, layout), "layout": layout}
                if result[way] is None or np.median(found["evaluations"]) < np.median(result[way]["evaluations"]):
                    result[way] = found
            except Exception as error:
                result["problems"].append(f"{way}, {layout}: {str(error).strip().splitlines()[0][:200]}")
            if device == "cuda":
                torch.cuda.empty_cache()
        if result["eager"] is not None:
            layouts = [result["eager"]["layout"]]
    return result


def lbfgs(folder, evaluations):
    import scipy.optimize

    evaluations = int(evaluations)
    pictures = [torch.from_numpy(np.load(folder / f"{name}.npy"))[None] for name in ("content", "style")]
    objective = Objective(read_network(folder), *pictures, "nchw")
    start = pictures[0]

    losses = []

    def record(x):
        """The loss of what can be written: pixels end at 0 and 255."""
        with torch.no_grad():
            losses.append(float(objective(x.clamp(0, 255))))

    def recorded(values):
        x = torch.from_numpy(values.astype(np.float32)).view(start.shape).requires_grad_(True)
        loss = objective(x)
        loss.backward()
        record(x)
        return float(loss), x.grad.numpy().astype(np.float64).ravel()

    options = {"maxcor": 10, "maxfun": evaluations, "maxiter": evaluations, "ftol": 0, "gtol": 0}
    scipy.optimize.minimize(
        recorded, start.numpy().ravel(), jac=True, method="L-BFGS-B", options=options, bounds=[(0, 255)] * start.numel()
    )
    result = {"scipy": min(losses[:evaluations])}

    for name, learning_rate in (("torch", 1), ("torch, learning rate 2", 2)):
        losses = []
        x = start.clone().requires_grad_(True)
        optimizer = torch.optim.LBFGS(
            [x], lr=learning_rate, max_iter=evaluations, max_eval=evaluations, tolerance_grad=0,
            tolerance_change=0, history_size=10, line_search_fn="strong_wolfe",
        )  # fmt: skip

        def closure():
            optimizer.zero_grad()
            loss = objective(x)
            loss.backward()
            record(x)
            return loss

        optimizer.step(closure)
        result[name] = min(losses[:evaluations])
    return result


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    answer = {"evaluation": evaluation, "cuda": cuda, "lbfgs": lbfgs}[command](pathlib.Path(folder), *rest)
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({"answer": answer, "versions": versions}))
