// What a message says, whatever its type: kind, text, content and attachments. Called by message.cpp; never fails:
// what is not known becomes `unsupported` with the provider's name of the type.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::whatsapp {

struct MessageBody {
  MessageKind kind = MessageKind::unsupported;
  std::string text;
  Content content;
  std::vector<InboundAttachment> attachments;
};

MessageBody body_of(const boost::json::value& message, const std::string& type);

/// For the files of this folder that read one family of types each.
MessageBody media_body(const boost::json::value& media, const std::string& type);
MessageBody interactive_body(const boost::json::value& interactive);
MessageBody button_body(const boost::json::value& button);
MessageBody order_body(const boost::json::value& order);
MessageBody unsupported_body(const std::string& type, const std::string& reason);

}  // namespace inboxd::connectors::whatsapp
