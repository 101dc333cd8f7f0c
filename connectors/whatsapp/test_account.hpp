// What the tests of this folder share: a number's settings, answers of Graph, and the JSON of a request.
// Included by *_test.cpp of this folder only.
#pragma once

#include <string>

#include <boost/json/parse.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

inline Account test_account() {
  return {"1122334455667", "EAAx", "app-secret", "verify me", "https://graph.facebook.com", "v23.0", ""};
}

inline Exchange answered(int status, std::string body, std::string label = "send") {
  Exchange exchange;
  exchange.label = std::move(label);
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}

inline Exchange failed(TransferFailure failure, std::string label = "send") {
  Exchange exchange;
  exchange.label = std::move(label);
  exchange.failure = failure;
  exchange.failure_detail = "scripted";
  return exchange;
}

inline Exchange refused(int status, int code) {
  return answered(status, R"({"error":{"message":"m","type":"OAuthException","code":)" + std::to_string(code) + "}}");
}

inline boost::json::value json_of(const Transfer& transfer) {
  return boost::json::parse(std::get<TextBody>(transfer.body).text);
}

}  // namespace inboxd::connectors::whatsapp
