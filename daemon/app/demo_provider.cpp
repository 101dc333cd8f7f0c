// One handler per request of the loopback API, and the check of the secret before it. Added to the router by demo.cpp.
#include "daemon/app/demo_provider.hpp"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "daemon/app/demo_picture.hpp"

namespace inboxd::app {
namespace {

constexpr std::uint64_t file_bytes_max = 64U << 20U;  // as the channel's own limit of an attachment

using Request = http::Request;
using Response = http::Response;
/// The request's body as JSON; null where it has none.
using Answer = std::function<Response(const Request&, const boost::json::value&)>;

Response refusal(int status, std::string_view code, const std::string& detail) {
  boost::json::object error;
  error["code"] = {code.data(), code.size()};
  error["detail"] = detail;
  return http::json(status, boost::json::serialize(boost::json::object{{"error", std::move(error)}}));
}

Response refusal(const Error& error) {
  auto response = refusal(http_status(error.code), enum_name(error.code), error.detail);
  if (error.retry_after)
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after->count() / 1'000));
  return response;
}

Response named(const std::string& id) {
  return http::json(200, boost::json::serialize(boost::json::object{{"id", id}}));
}

Response nothing_more() { return http::json(200, "{}"); }

Response told(const Result<void>& outcome) { return outcome ? nothing_more() : refusal(outcome.error()); }

class Routes {
 public:
  Routes(http::Router& router, const DemoAddress& address) : router_(router), address_(address) {}

  void add(std::string method, const std::string& path, Answer answer, http::RouteOptions options = {}) {
    // Strangers are refused before their body is read.
    options.admit = [&address = address_](const Request& request, const std::function<void(http::Admission)>& go_on) {
      const bool ours = connectors::equal_in_constant_time(request.header("x-loopback-secret"), address.secret);
      go_on(ours ? http::Admission{} : http::Admission{refusal(401, "secret_refused", "X-Loopback-Secret is wrong.")});
    };
    router_.add(std::move(method), "/demo/{}/" + path, std::move(options),
                [answer = std::move(answer)](const Request& request, const http::Responder& respond) {
                  respond(answer(request, connectors::parse_json(request.body).value_or(nullptr)));
                });
  }

 private:
  http::Router& router_;
  const DemoAddress& address_;
};

void add_message_routes(Routes& routes, DemoCustomers& customers) {
  routes.add("POST", "messages", [&customers](const Request& request, const boost::json::value& body) {
    const DemoReply reply{connectors::text_of(body, "to"), connectors::text_of(body, "text"),
                          connectors::array_of(body, "attachments").size()};
    if (reply.to.empty()) return refusal(bad_request("`to` is missing."));
    const auto id = customers.receive(request.captures[0], reply);
    return id ? named(*id) : refusal(id.error());
  });
  routes.add("PUT", "messages/{}", [&customers](const Request& request, const boost::json::value& body) {
    const auto text = connectors::text_of(body, "text");
    return told(
        customers.tell(request.captures[0], request.captures[1], "sees the message changed to: \"" + text + '"'));
  });
  routes.add("DELETE", "messages/{}", [&customers](const Request& request, const boost::json::value&) {
    return told(customers.tell(request.captures[0], request.captures[1], "sees the message gone"));
  });
  routes.add("PUT", "messages/{}/reaction", [&customers](const Request& request, const boost::json::value& body) {
    const auto emoji = connectors::text_of(body, "emoji");
    const auto what = emoji.empty() ? "sees your reaction taken back" : "sees your reaction: " + emoji;
    return told(customers.tell(request.captures[0], request.captures[1], what));
  });
}

void add_notice_routes(Routes& routes, DemoCustomers& customers) {
  const auto notice = [&](const std::string& path, const std::string& what) {
    routes.add("POST", path, [&customers, what](const Request& request, const boost::json::value& body) {
      customers.notice(request.captures[0], connectors::text_of(body, "to"), what);
      return nothing_more();
    });
  };
  notice("typing", "sees you typing…");
  notice("read", "sees that you have read it");
  routes.add("POST", "acknowledgements", [](const Request&, const boost::json::value&) { return nothing_more(); });
}

}  // namespace

void add_demo_routes(http::Router& router, DemoCustomers& customers, const DemoAddress& address) {
  Routes routes(router, address);
  add_message_routes(routes, customers);
  add_notice_routes(routes, customers);
  http::RouteOptions upload;
  upload.body = http::BodyMode::blob;
  upload.body_max = file_bytes_max;
  routes.add(
      "POST", "files",
      [](const Request& request, const boost::json::value&) {
        return named(request.blob ? request.blob->hash : "empty");
      },
      upload);
  routes.add("GET", "account", [](const Request& request, const boost::json::value&) {
    return http::json(200, boost::json::serialize(boost::json::object{{"account", request.captures[0]}}));
  });
  // The channel fetches media without the secret, as from a public server.
  router.add("GET", "/demo/{}/pictures/parcel.png", {}, [](const Request&, const http::Responder& respond) {
    respond({200, {{"Content-Type", "image/png"}}, demo_picture(), nullptr});
  });
}

}  // namespace inboxd::app
