#include "daemon/http/api/hooks.hpp"

#include <utility>

namespace inboxd::http {
namespace {

Response to_response(ingest::WebhookAnswer answer) {
  Response response;
  response.status = answer.status;
  if (!answer.body.empty()) response.headers.emplace_back("content-type", "text/plain; charset=utf-8");
  if (answer.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*answer.retry_after);
    response.headers.emplace_back("retry-after", std::to_string(seconds.count()));
  }
  response.body = std::move(answer.body);
  return response;
}

void handle(ingest::Webhooks& webhooks, Request request, Responder respond) {
  const auto inbox = request.captures.front();
  webhooks.handle(
      inbox, {std::move(request.method), std::move(request.query), std::move(request.headers), std::move(request.body)},
      [respond = std::move(respond)](ingest::WebhookAnswer answer) { respond(to_response(std::move(answer))); });
}

Response to_response(const observe::HealthVerdict& verdict) {
  if (verdict.good) return json(200, R"({"status":"ok"})");
  return problem({ErrorCode::storage_unavailable, verdict.why, Milliseconds{1'000}});
}

}  // namespace

void add_hook_routes(Router& router, ingest::Webhooks& webhooks) {
  RouteOptions options;
  options.body_max = webhook_bytes_max;
  for (const auto* method : {"GET", "POST"})
    router.add(method, "/hooks/{}", options, [&webhooks](Request request, Responder respond) {
      handle(webhooks, std::move(request), std::move(respond));
    });
}

void add_probe_routes(Router& router, const ProbeSurroundings& surroundings) {
  router.add("GET", "/healthz", {}, [surroundings](const Request&, const Responder& respond) {
    auto response = to_response(surroundings.health.liveness(surroundings.clock.steady_now()));
    response.headers.emplace_back("inboxd-instance", surroundings.instance);
    respond(std::move(response));
  });
  router.add("GET", "/readyz", {}, [surroundings](const Request&, const Responder& respond) {
    respond(to_response(surroundings.health.readiness(surroundings.clock.steady_now())));
  });
  RouteOptions metrics;
  metrics.listener = Listener::metrics;
  router.add("GET", "/metrics", metrics, [surroundings](const Request&, const Responder& respond) {
    surroundings.refresh();
    respond(
        {200, {{"content-type", std::string(observe::Metrics::content_type)}}, surroundings.metrics.text(), nullptr});
  });
}

}  // namespace inboxd::http
