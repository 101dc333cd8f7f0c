// An observer of ingest that only counts.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "daemon/ingest/observer.hpp"

namespace inboxd {

class CountingIngestObserver final : public ingest::Observer {
 public:
  void webhook_answered(std::string_view /*inbox*/, int /*status*/) override { ++answers; }
  void recipient_answered(std::string_view inbox, ingest::RecipientAnswer answer) override {
    ++recipients[std::pair(std::string(inbox), answer)];
  }
  void received(std::string_view /*inbox*/, const core::Received& received,
                std::optional<Milliseconds> /*lag*/) override {
    stored += received.stored;
  }
  void polled(std::string_view /*inbox*/) override { ++polls; }
  void failed(std::string_view /*inbox*/, std::string_view /*what*/, std::string_view /*detail*/) override {
    ++failures;
  }
  std::map<std::pair<std::string, ingest::RecipientAnswer>, int> recipients;
  int answers = 0;
  int stored = 0;
  int polls = 0;
  int failures = 0;
};

}  // namespace inboxd
