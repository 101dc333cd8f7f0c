// Matching of paths, segment by segment, in the order in which routes were added.
#include "daemon/http/router.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace inboxd::http {

namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

/// The captures, or nothing when `path` does not fit.
std::optional<std::vector<std::string>> fit(const std::vector<std::string>& pattern, std::string_view path) {
  std::vector<std::string> captures;
  path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "{*}") {
      captures.emplace_back(path);
      return captures;
    }
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = i + 1 == pattern.size();
    if (last != (slash == std::string_view::npos)) return std::nullopt;
    if (pattern[i] == "{}") {
      if (segment.empty()) return std::nullopt;
      captures.emplace_back(segment);
    } else if (pattern[i] != segment) {
      return std::nullopt;
    }
    if (!last) path.remove_prefix(slash + 1);
  }
  return captures;
}

void add_method(std::string& allowed, std::string_view method) {
  if (("," + allowed + ",").find(" " + std::string(method) + ",") != std::string::npos) return;
  if (allowed.compare(0, allowed.find(','), method) == 0) return;
  allowed.append(allowed.empty() ? "" : ", ").append(method);
}

}  // namespace

void Router::add(std::string method, std::string pattern, RouteOptions options, Handler handler) {
  Route route;
  route.method = std::move(method);
  route.segments = split(pattern);
  route.pattern = std::move(pattern);
  route.options = std::move(options);
  route.handler = std::move(handler);
  routes_.push_back(std::move(route));
}

void Router::add_live(std::string pattern, LiveOptions options, LiveAcceptor acceptor) {
  Route route;
  route.method = "GET";
  route.segments = split(pattern);
  route.pattern = std::move(pattern);
  route.live_options = std::move(options);
  route.live = std::move(acceptor);
  routes_.push_back(std::move(route));
}

void Router::limit_body(std::string_view method, std::string_view pattern, std::uint64_t body_max) {
  for (Route& route : routes_)
    if (route.method == method && route.pattern == pattern) route.options.body_max = body_max;
}

Router::Match Router::match(Listener listener, std::string_view method, std::string_view path) const {
  Match found;
  std::optional<Match> get;  // answers HEAD where no route does
  for (const Route& route : routes_) {
    if (route.options.listener != listener) continue;
    auto captures = fit(route.segments, path);
    if (!captures) continue;
    if (route.method == method) {
      found.route = &route;
      found.captures = std::move(*captures);
      return found;
    }
    add_method(found.allowed, route.method);
    if (route.method != "GET") continue;
    if (!route.live) add_method(found.allowed, "HEAD");
    if (method == "HEAD" && !route.live && !get) get = Match{&route, std::move(*captures), {}};
  }
  if (get) return std::move(*get);
  return found;
}

}  // namespace inboxd::http
