"""Steiner trees by networkx: one path a line comes in, one JSON object for each method goes out."""

import json
import sys
import time

import networkx
from networkx.algorithms.approximation import steiner_tree

MOST_NODES = {"mehlhorn": 1500, "kou": 350}


def read(path):
    graph, terminals = networkx.Graph(), []
    with open(path, encoding="utf8", errors="replace") as lines:
        for line in lines:
            word, *values = line.split() or [""]
            if word == "E":
                a, b, cost = int(values[0]), int(values[1]), float(values[2])
                if not graph.has_edge(a, b) or graph[a][b]["weight"] > cost:
                    graph.add_edge(a, b, weight=cost)
            elif word == "T":
                terminals.append(int(values[0]))
    return graph, terminals


for path in sys.stdin:
    path = path.strip()
    graph, terminals = read(path)
    for method, most in MOST_NODES.items():
        if graph.number_of_nodes() > most:
            continue
        start = time.perf_counter()
        try:
            tree = steiner_tree(graph, terminals, method=method)
        except (networkx.NetworkXException, KeyError, ValueError):
            continue
        ms = (time.perf_counter() - start) * 1000
        print(json.dumps({"path": path, "method": method, "cost": tree.size("weight"), "ms": ms}), flush=True)
