// By Meta's "Media" reference: an id lives 7 days, the address it is exchanged for 5 minutes. Called by connector.cpp.
#include "connectors/whatsapp/media.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/media_reference.hpp"
#include "connectors/whatsapp/media_type.hpp"
#include "connectors/whatsapp/outcome.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::string_view lookup_label = "media_address";
constexpr std::string_view download_label = "media_download";
constexpr std::string_view token_host = "lookaside.fbsbx.com";
/// A second fresh address that fails says that another minute is needed, not a third. Meta blocks a number's fetching
/// for half an hour after 20 failures in one.
constexpr std::ptrdiff_t lookups_max = 2;
constexpr Milliseconds download_timeout{300'000};
constexpr Milliseconds pause_after_refusal{60'000};
constexpr Milliseconds pause_for_token{600'000};
/// What Meta hands over of each type is not larger; a customer's document may have 100 MB.
constexpr std::uint64_t inbound_bytes_max = document_bytes_max;
constexpr std::uint64_t inbound_small_bytes_max = 16ULL << 20U;

enum class HostTrust { with_token, without_token, unknown };

bool same_origin(const boost::urls::url_view& left, const boost::urls::url_view& right) {
  return left.scheme() == right.scheme() && left.host() == right.host() && left.port() == right.port();
}

/// The token goes to Graph and to Meta's own media host only; its delivery network gets none, anybody else nothing.
HostTrust trust_in(const Account& account, const std::string& address) {
  const auto url = boost::urls::parse_uri(address);
  const auto base = boost::urls::parse_uri(account.graph_base);
  if (!url || !base || url->has_userinfo()) return HostTrust::unknown;
  if (same_origin(*url, *base)) return HostTrust::with_token;
  if (url->scheme() != "https" || url->has_port()) return HostTrust::unknown;
  const std::string host = url->host();
  if (host == token_host) return HostTrust::with_token;
  for (const auto& suffix : {".fbcdn.net", ".whatsapp.net"})
    if (host.ends_with(suffix)) return HostTrust::without_token;
  return HostTrust::unknown;
}

std::uint64_t bytes_max_for(const std::string& mime) {
  const auto* type = media_type_of(mime);
  const bool small = type != nullptr && type->form != MediaForm::document && type->form != MediaForm::video;
  return small ? inbound_small_bytes_max : inbound_bytes_max;
}

FetchStep download(const Account& account, const InboundAttachment& attachment, const std::string& address) {
  const auto trust = trust_in(account, address);
  if (trust == HostTrust::unknown) return MediaGone{"WhatsApp named an address that is not one of its media hosts."};
  Transfer transfer;
  transfer.label = download_label;
  transfer.method = "GET";
  transfer.url = address;
  if (trust == HostTrust::with_token) transfer.headers = {bearer(account)};
  transfer.timeout = download_timeout;
  transfer.response_bytes_max = bytes_max_for(attachment.mime);
  transfer.response_target = ResponseTarget::blob;
  transfer.repeatable = true;
  transfer.follow_redirects = true;
  return transfer;
}

FetchStep lookup(const Account& account, const MediaReference& reference) {
  const bool plain = reference.id.find_first_not_of(
                         "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "_-") == std::string::npos;
  if (!plain) return MediaGone{"WhatsApp gave a malformed id for this file."};
  return graph_get(account, std::string(lookup_label), reference.id);
}

FetchStep retry(const Exchange& answer, Milliseconds least, std::string why) {
  return MediaRetry{std::max(least, retry_after_of(answer)), std::move(why)};
}

FetchStep after_lookup(const Account& account, const InboundAttachment& attachment, const Exchange& answer) {
  if (answer.failure != TransferFailure::none) return retry(answer, Milliseconds{0}, "WhatsApp could not be reached.");
  const auto error = graph_error_in(answer);
  const auto reason = reason_of(error).sentence;
  if (answer.status == 404 || error.code == 100)
    return MediaGone{"WhatsApp does not have this file any more (it keeps files for 7 days)."};
  if (class_of(error) == ErrorClass::attention || answer.status == 401)
    return retry(answer, pause_for_token, "WhatsApp refuses the access token. " + reason);
  const auto json = parse_json(answer.body);
  if (answer.status != 200 || !json) return retry(answer, pause_after_refusal, "WhatsApp refused. " + reason);
  const auto address = text_of(*json, "url");
  if (address.empty()) return retry(answer, pause_after_refusal, "WhatsApp gave no address for this file.");
  if (integer_of(*json, "file_size") > static_cast<std::int64_t>(bytes_max_for(attachment.mime)))
    return MediaGone{"The file is larger than WhatsApp's own limit for its type."};
  return download(account, attachment, address);
}

/// What Graph's newest lookup says; empty when it is not among what was done.
std::string looked_up(const Exchanges& done, std::string_view key) {
  for (auto exchange = done.rbegin(); exchange != done.rend(); ++exchange)
    if (exchange->label == lookup_label)
      if (const auto json = parse_json(exchange->body)) return text_of(*json, key);
  return {};
}

/// The webhook's hash or that of Graph's own lookup: either says that these are the customer's bytes.
bool as_announced(const InboundAttachment& attachment, const BlobRef& blob, const Exchanges& done) {
  return attachment.sha256.empty() || attachment.sha256 == blob.hash || looked_up(done, "sha256") == blob.hash;
}

std::ptrdiff_t lookups_in(const Exchanges& done) {
  return std::count_if(done.begin(), done.end(), [](const Exchange& step) { return step.label == lookup_label; });
}

FetchStep after_download(const Account& account, const InboundAttachment& attachment, const MediaReference& reference,
                         const Exchanges& done) {
  const auto& answer = done.back();
  if (answer.failure == TransferFailure::too_large)
    return MediaGone{"The file is larger than WhatsApp's own limit for its type."};
  if (answer.failure != TransferFailure::none)
    return retry(answer, Milliseconds{0}, "The download from WhatsApp broke off.");
  if (answer.status == 200 && answer.blob) {
    if (as_announced(attachment, *answer.blob, done))
      return MediaFetched{*answer.blob, looked_up(done, "mime_type"), ""};
    if (lookups_in(done) < lookups_max && !reference.id.empty()) return lookup(account, reference);
    return MediaGone{"What WhatsApp handed over is not the file that the customer sent: its SHA-256 is another one."};
  }
  const bool expired = answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.status == 410;
  if (expired && reference.id.empty()) return MediaGone{"The address of this file has expired."};
  if (expired && lookups_in(done) < lookups_max) return lookup(account, reference);
  return retry(answer, pause_after_refusal, "WhatsApp answered HTTP " + std::to_string(answer.status) + ".");
}

}  // namespace

std::vector<std::string> media_host_names() { return {std::string(token_host), "*.fbcdn.net", "*.whatsapp.net"}; }

FetchStep next_step_of_fetch(const Account& account, const InboundAttachment& attachment, const Exchanges& done) {
  const auto reference = media_reference_from(attachment.reference);
  if (!done.empty())
    return done.back().label == lookup_label ? after_lookup(account, attachment, done.back())
                                             : after_download(account, attachment, reference, done);
  if (!reference.id.empty()) return lookup(account, reference);
  return download(account, attachment, reference.url);
}

}  // namespace inboxd::connectors::whatsapp
