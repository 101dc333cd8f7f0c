// handle → verify → understand → store → answer. The answer is the last step but one on purpose.
#include "daemon/ingest/webhooks.hpp"

#include <utility>

namespace inboxd::ingest {
namespace {

/// Never throws: what the channel's code stumbles over is kept raw like any malformed request.
Inbound understand(const connectors::Connector& connector, const connectors::WebhookRequest& request) {
  try {
    return connector.normalise(request);
  } catch (const std::exception& bug) {
    Inbound inbound;
    inbound.malformed = std::string("the channel's code failed on it: ") + bug.what();
    return inbound;
  }
}

std::string mime_of(const connectors::WebhookRequest& request) {
  const auto mime = connectors::header_of(request.headers, "content-type");
  return mime.empty() ? "application/octet-stream" : std::string(mime.substr(0, 200));
}

}  // namespace

struct Webhooks::Call {
  std::string inbox_name;
  std::shared_ptr<const ConfiguredChannels> channels;
  const ConfiguredChannel* channel = nullptr;
  connectors::WebhookRequest request;
  Done done;
  Inbound inbound;
  std::shared_ptr<const Intake> intake;
};

void Webhooks::handle(const std::string& inbox_name, connectors::WebhookRequest request, Done done) {
  auto call = std::make_shared<Call>();
  call->channels = with_.channels();
  call->channel = call->channels->channel(std::string_view(inbox_name));
  call->request = std::move(request);
  call->done = std::move(done);
  if (call->channel == nullptr) return answer(*call, {404, "there is no such inbox", {}});
  call->inbox_name = inbox_name;

  connectors::WebhookVerdict verdict;
  try {
    verdict = call->channel->connector->verify(call->request, with_.clock.now());
  } catch (const std::exception& bug) {
    // Not verified, so not kept: the provider is asked to bring it again.
    with_.observer.failed(inbox_name, "verify", bug.what());
    return answer(*call, {503, "", refused_retry_after});
  }
  if (const auto* challenge = std::get_if<connectors::ReplyToChallenge>(&verdict))
    return answer(*call, {200, challenge->body, {}});
  if (const auto* refusal = std::get_if<connectors::RefuseWebhook>(&verdict)) {
    with_.observer.failed(inbox_name, "verify", refusal->why);
    return answer(*call, {refusal->status, "refused", {}});
  }
  verified(call);
}

void Webhooks::verified(const std::shared_ptr<Call>& call) {
  if (call->request.body.size() <= in_place_bytes_max) {
    call->inbound = understand(*call->channel->connector, call->request);
    return store(call);
  }
  with_.run_in_background([call] { call->inbound = understand(*call->channel->connector, call->request); },
                          lifetime_.guard([this, call] { store(call); }));
}

void Webhooks::store(const std::shared_ptr<Call>& call) {
  core::ProviderRequest request{call->channel->inbox, std::move(call->inbound), std::move(call->request.body),
                                mime_of(call->request), std::nullopt};
  call->intake = std::make_shared<const Intake>(Intake{std::move(request), std::nullopt, "webhook.receive"});
  take_in(with_.bus, call->channels, call->intake,
          lifetime_.guard([this, call](const Result<core::Received>& received) { stored(call, received); }));
}

void Webhooks::stored(const std::shared_ptr<Call>& call, const Result<core::Received>& received) {
  if (!received) {
    const auto& error = received.error();
    with_.observer.failed(call->inbox_name, "store", error.detail);
    if (error.code == ErrorCode::not_found) return answer(*call, {404, "there is no such inbox", {}});
    return answer(*call, {503, "", error.retry_after.value_or(refused_retry_after)});
  }
  answer(*call, {200, "", {}});
  with_.follow_up.committed(*call->channel, call->intake->request.inbound, *received);
}

void Webhooks::answer(const Call& call, WebhookAnswer answer) {
  with_.observer.webhook_answered(call.inbox_name, answer.status);
  call.done(std::move(answer));
}

}  // namespace inboxd::ingest
