"""Shortest paths by networkx and igraph, where they are installed.

Reads one JSON object from standard input: nodes, links as [a, b, metric], queries as [from, to],
budgetS (seconds for each method) and count (how many loopless paths the k-shortest method makes; 0
for none of that). Writes one: for each method, a list of [distance, microseconds]; the distance is null
where there is no path. The time is processor time, so that other work on the machine counts as little as may be.
"""

import itertools
import json
import sys
import time


def measured(queries, budget, method):
    answers = []
    end = time.monotonic() + budget
    for source, target in queries:
        start = time.process_time_ns()
        distance = method(source, target)
        answers.append([distance, (time.process_time_ns() - start) / 1000])
        if time.monotonic() > end:
            break
    return answers


def by_networkx(problem, queries):
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(problem["nodes"]))
    graph.add_weighted_edges_from(problem["links"])
    budget = problem["budgetS"]

    def several(source, target):
        paths = nx.shortest_simple_paths(graph, source, target, weight="weight")
        return sum(
            nx.path_weight(graph, path, "weight")
            for path in itertools.islice(paths, problem["count"])
        )

    def distance_by(method):
        def distance(source, target):
            try:
                return method(graph, source, target)[0]
            except nx.NetworkXNoPath:
                return None

        return distance

    if problem["count"] > 0:
        return {"networkx": measured(queries, budget, several)}
    return {
        "networkxBidirectional": measured(queries, budget, distance_by(nx.bidirectional_dijkstra)),
        "networkxDijkstra": measured(queries, budget, distance_by(nx.single_source_dijkstra)),
    }


def by_igraph(problem, queries):
    import igraph

    edges = [(a, b) for a, b, _ in problem["links"]]
    weights = [weight for _, _, weight in problem["links"]]
    graph = igraph.Graph(problem["nodes"], edges)

    def one(source, target):
        path = graph.get_shortest_paths(source, target, weights, output="epath")[0]
        return sum(weights[edge] for edge in path) if path else None

    return {} if problem["count"] > 0 else {"igraph": measured(queries, problem["budgetS"], one)}


def main():
    problem = json.load(sys.stdin)
    queries = problem["queries"]
    answers = {}
    for method in (by_networkx, by_igraph):
        try:
            answers.update(method(problem, queries))
        except ImportError:
            pass
    json.dump(answers, sys.stdout)


main()
