// Bidirectional Dijkstra with binary heaps, as one would write it in C++: the yardstick of `p2p`.
// Reads "nodes links queries", then "tail head cost" a link and "from to" a query; writes, for each
// query, its distance (-1 if there is none) and the nanoseconds of the fastest of three rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Graph {
  std::vector<int> offsets, heads;
  std::vector<double> costs;
};

using Entry = std::pair<double, int>;
using Heap = std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>>;

struct Side {
  std::vector<double> costs;
  std::vector<int> parents, touched;
  Heap heap;

  explicit Side(int nodes) : costs(nodes, kInfinity), parents(nodes, -1) {}

  void start(int node) {
    for (int seen : touched) costs[seen] = kInfinity;
    touched.assign(1, node);
    heap = Heap();
    costs[node] = 0;
    parents[node] = -1;
    heap.emplace(0, node);
  }
};

class Search {
 public:
  explicit Search(const Graph& graph)
      : graph_(graph), sides_{Side(nodes()), Side(nodes())} {}

  double run(int from, int to) {
    sides_[0].start(from);
    sides_[1].start(to);
    best_ = from == to ? 0 : kInfinity;
    meeting_ = from == to ? from : -1;
    while (!sides_[0].heap.empty() && !sides_[1].heap.empty()) {
      const double ahead = sides_[0].heap.top().first;
      const double behind = sides_[1].heap.top().first;
      if (ahead + behind >= best_) break;
      step(ahead <= behind ? 0 : 1);
    }
    if (best_ < kInfinity) collect();
    return best_;
  }

 private:
  int nodes() const { return static_cast<int>(graph_.offsets.size()) - 1; }

  void step(int which) {
    Side& side = sides_[which];
    const Side& other = sides_[1 - which];
    const auto [cost, node] = side.heap.top();
    side.heap.pop();
    if (cost > side.costs[node]) return;
    for (int at = graph_.offsets[node]; at < graph_.offsets[node + 1]; at++) {
      const int head = graph_.heads[at];
      const double next = cost + graph_.costs[at];
      if (next >= side.costs[head]) continue;
      if (side.costs[head] == kInfinity) side.touched.push_back(head);
      side.costs[head] = next;
      side.parents[head] = node;
      side.heap.emplace(next, head);
      if (next + other.costs[head] < best_) {
        best_ = next + other.costs[head];
        meeting_ = head;
      }
    }
  }

  void collect() {
    path_.clear();
    for (const Side& side : sides_) {
      for (int node = meeting_; node != -1; node = side.parents[node]) path_.push_back(node);
    }
  }

  const Graph& graph_;
  Side sides_[2];
  std::vector<int> path_;
  double best_ = kInfinity;
  int meeting_ = -1;
};

Graph compile(int nodes, const std::vector<int>& ends, const std::vector<double>& costs) {
  Graph graph;
  graph.offsets.assign(nodes + 1, 0);
  for (int end : ends) graph.offsets[end + 1]++;
  for (int node = 0; node < nodes; node++) graph.offsets[node + 1] += graph.offsets[node];
  std::vector<int> next(graph.offsets.begin(), graph.offsets.end() - 1);
  graph.heads.resize(ends.size());
  graph.costs.resize(ends.size());
  for (size_t at = 0; at < ends.size(); at++) {
    const int slot = next[ends[at]]++;
    graph.heads[slot] = ends[at ^ 1];
    graph.costs[slot] = costs[at >> 1];
  }
  return graph;
}

}  // namespace

int main() {
  int nodes, links, queries;
  if (std::scanf("%d %d %d", &nodes, &links, &queries) != 3) return 1;
  std::vector<int> ends(2 * links);
  std::vector<double> costs(links);
  for (int link = 0; link < links; link++) {
    if (std::scanf("%d %d %lf", &ends[2 * link], &ends[2 * link + 1], &costs[link]) != 3) return 1;
  }
  const Graph graph = compile(nodes, ends, costs);
  std::vector<std::pair<int, int>> pairs(queries);
  for (auto& [from, to] : pairs) {
    if (std::scanf("%d %d", &from, &to) != 2) return 1;
  }
  Search search(graph);
  std::vector<double> distances(queries), least(queries, kInfinity);
  for (int round = 0; round < 3; round++) {
    for (int query = 0; query < queries; query++) {
      const auto start = std::chrono::steady_clock::now();
      distances[query] = search.run(pairs[query].first, pairs[query].second);
      const std::chrono::duration<double, std::nano> time =
          std::chrono::steady_clock::now() - start;
      least[query] = std::min(least[query], time.count());
    }
  }
  for (int query = 0; query < queries; query++) {
    const double distance = distances[query] < kInfinity ? distances[query] : -1;
    std::printf("%.17g %.0f\n", distance, least[query]);
  }
}
